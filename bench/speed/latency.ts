/** How long each answer takes. */
export interface Latency {
  readonly milliseconds: number
  /** One call in ten takes ten times as long. */
  readonly skewed: boolean
}

/** @param call counted from 0 */
export function latencyOf(call: number, { milliseconds, skewed }: Latency): number {
  return skewed && call % 10 === 4 ? 10 * milliseconds : milliseconds
}

/** Milliseconds that a list of calls takes when each starts as soon as one of the lanes is free. */
export function idealWall(calls: number, lanes: number, latency: Latency): number {
  const freeAt = new Array<number>(lanes).fill(0)
  for (let call = 0; call < calls; call++) {
    const earliest = freeAt.indexOf(Math.min(...freeAt))
    freeAt[earliest] = (freeAt[earliest] ?? 0) + latencyOf(call, latency)
  }
  return Math.max(...freeAt)
}
