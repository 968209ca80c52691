import { getEventListeners } from 'node:events'

export interface Vitals {
  /** Minutes since the start. */
  readonly minute: number
  /** Bytes, after a full collection. */
  readonly heapUsed: number
  readonly rss: number
  readonly sockets: number
  readonly timers: number
  /** All of process.getActiveResourcesInfo(). */
  readonly handles: number
  /** On the one signal that all calls were given. */
  readonly listeners: number
}

export function takeVitals(start: number, signal: AbortSignal): Vitals {
  if (!globalThis.gc) throw new Error('the soak needs node --expose-gc')
  globalThis.gc()
  const { heapUsed, rss } = process.memoryUsage()
  const resources = process.getActiveResourcesInfo()
  return {
    minute: (performance.now() - start) / 60_000,
    heapUsed,
    rss,
    sockets: resources.filter((name) => name.includes('Socket') || name.startsWith('TCP')).length,
    timers: resources.filter((name) => name === 'Timeout').length,
    handles: resources.length,
    listeners: getEventListeners(signal, 'abort').length,
  }
}

/** Growth per minute of the straight line that fits best. */
export function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const meanX = mean(points.map(({ x }) => x))
  const meanY = mean(points.map(({ y }) => y))
  const over = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0)
  const under = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0)
  return under === 0 ? 0 : over / under
}

/** What the process itself complains of: a leak of listeners, a rejection that nobody handles. */
export function watchAlarms(): { readonly warnings: string[]; readonly unhandled: string[] } {
  const alarms = { warnings: [] as string[], unhandled: [] as string[] }
  process.on('warning', ({ name, message }) => alarms.warnings.push(`${name}: ${message}`))
  process.on('unhandledRejection', (reason) => alarms.unhandled.push(String(reason)))
  return alarms
}
