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

/**
 * Share of the limit that the rate starts from after a refusal, and comes back to the limit from. RFC 9438 and the
 * AWS SDKs have 0.7; here the limit is measured by what was accepted, and less has to be given up.
 */
export const BETA = 0.85

/**
 * The rate is back at the limit after the longer of so many milliseconds and so many requests: as many as the limit was
 * measured by, within these bounds, so that one that was measured by a few is soon found wrong.
 */
const CUBIC = { milliseconds: 5_000, fewest: 8, most: 50 }

/** Milliseconds in which the rate doubles where nothing is known: slow start, RFC 5681, section 3.1. */
const DOUBLING = 600

/** Growth towards a nearby limit: by this factor in so many milliseconds, and in so many accepted requests. */
const SEARCH = { growth: 1.5, milliseconds: 5_000, requests: 10 }

/** How many times the speed of the last accepted requests the rate may be; the AWS SDKs use 2. */
const ABOVE_SPEED = { 'slow start': 4, search: 2, cubic: 2 }

/** Lets time pass: fills the bucket, and lets the rate grow. For a request of that amount, if given. */
export function advance(state: RateState, now: number, amount = 0): RateState {
  const { rate, limit, times, growth } = state
  const passed = now - times.at
  if (passed <= 0) return state
  if (rate === null || limit === null) return { ...state, times: { ...times, at: now } }
  const free = Math.max(0, now - Math.max(times.at, times.heldUntil))
  const grows = state.blind === 0 && (growth !== 'cubic' || isBound(state, now))
  const highest = most(state, now, amount)
  // While nothing goes, the service saves up at its limit.
  const saved = Math.max(rate, growth === 'cubic' ? limit : 0) * (passed - free)
  const gained = free > 0 && grows ? Math.min(grownAmount(state, rate, free), highest * free) : rate * free
  const filled = state.level + saved + gained
  const level = Math.min(Math.max(state.level, capacity(state, amount)), filled)
  const grown = state.grown + (grows ? free : 0)
  const next = { ...state, level, grown, times: { ...times, at: now } }
  if (state.blind > 0) return next
  const unbound = now - times.bound
  if (unbound > MINUTE || (growth === 'slow start' && unbound > 2000 && state.clean >= REMEMBERED)) {
    return forgotten(next)
  }
  return { ...next, rate: toldMost(state, Math.min(highest, grownRate(next, rate, free))) }
}

/** Growth by what is accepted, besides that by time. */
export function grownByRequest(state: RateState): RateState {
  if (state.growth !== 'search' || state.rate === null) return state
  return { ...state, rate: toldMost(state, state.rate * SEARCH.growth ** (1 / SEARCH.requests)) }
}

/** How much may be saved up. */
export function capacity({ told, rate, depth, size }: RateState, amount = 0): number {
  const isPaced = !told || depth < told.burst * 1000
  return Math.max((rate ?? 0) * depth, isPaced ? 2 * Math.max(size, amount) : 0)
}

/** Milliseconds in which the rate grows e-fold; 0 where it does not grow by itself. */
export function growthTime({ growth, told, rate }: RateState): number {
  if (growth === 'cubic' || (told && rate !== null && rate >= told.perMinute / MINUTE)) return 0
  return growth === 'slow start' ? DOUBLING / Math.LN2 : SEARCH.milliseconds / Math.log(SEARCH.growth)
}

/**
 * Growth far beyond what was accepted last would exist on paper only. One of the larger requests a second may always be
 * tried.
 */
function most(state: RateState, now: number, amount: number): number {
  const { clean, limit, growth, size } = state
  if (clean < ENOUGH) return Number.POSITIVE_INFINITY
  return Math.max(limit ?? 0, ABOVE_SPEED[growth] * speedOf(state, now), Math.max(size, amount) / 1000)
}

/** What a growing rate lets through in so many milliseconds. */
function grownAmount(state: RateState, rate: number, passed: number): number {
  const time = growthTime(state)
  return time ? rate * time * Math.expm1(passed / time) : rate * passed
}

function grownRate(state: RateState, rate: number, passed: number): number {
  const { growth, limit, grown, size, measuredBy } = state
  if (limit === null) return rate
  if (growth === 'slow start') return limit * 2 ** (grown / DOUBLING)
  if (growth === 'search') return rate * SEARCH.growth ** (passed / SEARCH.milliseconds)
  // RFC 9438, section 4.2: slow around the limit, then ever faster.
  const requests = Math.min(CUBIC.most, Math.max(CUBIC.fewest, measuredBy))
  const k = Math.max(CUBIC.milliseconds, (requests * size) / limit)
  return limit * (1 + (1 - BETA) * ((Math.min(grown, 1e9) - k) / k) ** 3)
}

/** Forgets what was learned, once nothing has had to wait for it for long: it may have changed. */
export function forgotten(state: RateState): RateState {
  const rate = state.told && state.told.perMinute / MINUTE
  return { ...state, rate, limit: rate, growth: 'cubic', grown: 1e9, depth: (state.told?.burst ?? 60) * 1000 }
}
