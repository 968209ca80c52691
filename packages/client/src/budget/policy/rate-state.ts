/** The service's limit on one quantity, tokens or requests. */
export interface Limit {
  /** Absent: not known, to be learned from 429s. */
  readonly perMinute?: number | undefined
  /** Seconds' worth that may go at once. Default 60. */
  readonly burst?: number | undefined
}

/**
 * What the policy knows of one limit: JSON, so that it may be kept anywhere. Amounts are tokens, or 1 for what counts as
 * one request; rates are amounts per millisecond, times and durations milliseconds.
 */
export interface RateState {
  readonly version: 2
  readonly told: { readonly perMinute: number; readonly burst: number } | null

  // A token bucket, which lets requests go.
  /** null while nothing is limited. */
  readonly rate: number | null
  /** Milliseconds' worth of the rate that may be saved up, and go at once. */
  readonly depth: number
  /** What may be sent now; below 0, what was sent too early. */
  readonly level: number
  /** The size of the larger requests. */
  readonly size: number

  // How its rate grows.
  /** Around the last limit, from nothing to whatever is possible, or up to a limit that is near. */
  readonly growth: 'cubic' | 'slow start' | 'search'
  /** The rate at which the service refused last. */
  readonly limit: number | null
  /** The accepted requests that the limit was measured by. */
  readonly measuredBy: number
  /** Milliseconds that the rate has grown for. */
  readonly grown: number

  // What is made of refusals.
  /** In a row without anything accepted in between: each waits longer than the one before. */
  readonly blind: number
  /** Share of the requests that is refused whatever the rate. */
  readonly noise: number
  /** How much speaks for a limit: grows with each refusal, and shrinks with what is accepted. */
  readonly suspicion: number
  /**
   * How often in a row the rate was lowered for a refusal well below the limit: either that is wrong, or it is noise.
   */
  readonly doubts: number

  // What was measured.
  /** The last outcomes: when, and the amount, negative for a refused one. */
  readonly recent: readonly (readonly [at: number, amount: number])[]
  /** What was accepted since `times.since`, and in how many requests. */
  readonly accepted: number
  readonly requests: number
  /** Requests accepted since the last time that the rate was lowered. */
  readonly clean: number
  /** The highest rate accepted between two refusals; 0 where that is not known yet. */
  readonly best: number
  readonly times: Readonly<Record<RateTime, number>>
}

/**
 * `began`: of the state. `at`: of the level. `seen`: of the last event. `heldUntil`: nothing goes before. `since`: the
 * count of what is accepted began. `decided`: the rate was lowered last. `bound`: a request last found hardly enough.
 * `probed`: 0, or when the one request went that finds out whether the service accepts again.
 */
type RateTime = 'began' | 'at' | 'seen' | 'heldUntil' | 'since' | 'decided' | 'bound' | 'probed'

export const MINUTE = 60_000

/** So many accepted requests between two refusals show the limit itself. */
export const ENOUGH = 8
/** Of so many outcomes it is judged whether refusals come from a limit. */
export const REMEMBERED = 24

export function startState({ perMinute, burst = 60 }: Limit, now: number): RateState {
  const told = perMinute === undefined ? null : { perMinute, burst }
  const rate = told && told.perMinute / MINUTE
  const depth = burst * 1000
  return {
    version: 2,
    told,
    rate,
    depth,
    level: (rate ?? 0) * depth,
    size: 0,
    growth: 'cubic',
    limit: rate,
    measuredBy: 0,
    grown: Number.MAX_SAFE_INTEGER,
    blind: 0,
    noise: 0,
    suspicion: 0,
    doubts: 0,
    best: 0,
    recent: [],
    accepted: 0,
    requests: 0,
    clean: 0,
    times: {
      began: now,
      at: now,
      seen: now,
      heldUntil: now,
      since: now,
      decided: now - 1,
      bound: now,
      probed: 0,
    },
  }
}

/** The rate, or what was told where that is less. */
export function toldMost({ told }: RateState, rate: number): number {
  return told ? Math.min(rate, told.perMinute / MINUTE) : rate
}

/** The rate at which the last requests were accepted. */
export function speedOf({ recent, accepted, times }: RateState, now: number): number {
  const last = recent.filter(([, amount]) => amount > 0)
  const [first, end] = [last[0], last.at(-1)]
  if (!first || !end || last.length < 4 || end[0] <= first[0]) {
    return accepted / Math.max(1, now - times.since)
  }
  return last.slice(1).reduce((sum, [, amount]) => sum + amount, 0) / (end[0] - first[0])
}

/** Whether requests have to wait for the rate: what is not asked for says nothing of a limit. */
export function isBound({ times, rate, size }: RateState, now: number): boolean {
  return now - times.bound <= Math.max(1000, rate === null ? 0 : (3 * size) / rate)
}

/** Whether the rate was lowered and has not come back to the limit. */
export function isWellBelow({ growth, rate, limit }: RateState): boolean {
  return growth === 'cubic' && rate !== null && limit !== null && rate < 0.97 * limit
}
