/** A limit of the service on tokens or on requests. */
export interface Limit {
  /** Absent if unknown, and then learned from 429s. */
  readonly perMinute?: number | undefined
  /** Seconds' worth that may be sent at once. Default 60. */
  readonly burst?: number | undefined
}

/**
 * What the policy knows about one limit. Plain JSON, so that it can be stored anywhere. Amounts are tokens, or 1 if the
 * service counts requests. Rates are amounts per millisecond; times and durations are milliseconds.
 */
export interface RateState {
  readonly version: 2
  /** The configured limit. */
  readonly told: { readonly perMinute: number; readonly burst: number } | null

  // The token bucket.
  /** null while no limit is known. */
  readonly rate: number | null
  /** Capacity, in milliseconds' worth of the rate. */
  readonly depth: number
  /** What may be sent now. Negative if too much was sent. */
  readonly level: number
  /** Size of the larger requests. */
  readonly size: number

  // How its rate grows.
  /** `cubic`: around the last limit. `slow start`: from a guess, doubling. `search`: towards a limit that is near. */
  readonly growth: 'cubic' | 'slow start' | 'search'
  /**
   * What the rate grows from or back to: in `cubic` the configured or measured limit, otherwise the rate at which the
   * growth began.
   */
  readonly limit: number | null
  /** Number of accepted requests that the limit was measured by. */
  readonly measuredBy: number
  /** Milliseconds for which the rate has grown. */
  readonly grown: number

  // What refusals say.
  /** Refusals in a row with nothing accepted in between. Each one lengthens the hold. */
  readonly blind: number
  /** Share of the requests that is refused at any rate. */
  readonly noise: number
  /** Evidence for a limit: grows with each refusal and shrinks with each accepted request. */
  readonly suspicion: number
  /**
   * How many times in a row the rate was lowered while it was still well below the limit. Either the limit is wrong, or
   * the refusals are noise.
   */
  readonly doubts: number

  // What was measured.
  /** The last outcomes: the time, and the amount, negative if it was refused. */
  readonly recent: readonly (readonly [at: number, amount: number])[]
  /** Amount accepted since `times.since`, and the number of requests. */
  readonly accepted: number
  readonly requests: number
  /** Requests accepted since the rate was last lowered. */
  readonly clean: number
  /** The highest rate accepted between two refusals; 0 if none is known yet. */
  readonly best: number
  readonly times: Readonly<Record<RateTime, number>>
}

/**
 * `began`: the state was created. `at`: the level was last computed. `seen`: the last event. `heldUntil`: nothing is
 * sent before. `since`: the count of accepted requests began. `decided`: the rate was last lowered. `bound`: a request
 * last found the bucket nearly empty. `probed`: the probe was sent that finds out whether the service accepts again, or
 * 0.
 */
type RateTime = 'began' | 'at' | 'seen' | 'heldUntil' | 'since' | 'decided' | 'bound' | 'probed'

export const MINUTE = 60_000

/** Accepted requests between two refusals that are enough to measure a limit. */
export const ENOUGH = 8
/** Number of outcomes kept, by which to tell whether refusals come from a limit. */
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

/** The rate, capped at the configured limit. */
export function capped({ told }: RateState, rate: number): number {
  return told ? Math.min(rate, told.perMinute / MINUTE) : rate
}

/** The rate at which the last requests were accepted. */
export function acceptedRate({ recent, accepted, times }: RateState, now: number): number {
  const last = recent.filter(([, amount]) => amount > 0)
  const [first, end] = [last[0], last.at(-1)]
  if (!first || !end || last.length < 4 || end[0] <= first[0]) {
    return accepted / Math.max(1, now - times.since)
  }
  return last.slice(1).reduce((sum, [, amount]) => sum + amount, 0) / (end[0] - first[0])
}

/** Whether requests have to wait for the rate. If they do not, their outcomes say nothing about a limit. */
export function isBound({ times, rate, size }: RateState, now: number): boolean {
  return now - times.bound <= Math.max(1000, rate === null ? 0 : (3 * size) / rate)
}

/** Whether the rate was lowered and has not yet returned to the limit. */
export function isWellBelow({ growth, rate, limit }: RateState): boolean {
  return growth === 'cubic' && rate !== null && limit !== null && rate < 0.97 * limit
}

/**
 * After a refusal the rate starts again from this share of the limit. RFC 9438 and the AWS SDKs use 0.7. Here the limit
 * is measured by what was accepted, so a smaller reduction is enough.
 */
export const BETA = 0.85

/**
 * The rate returns to the limit after this time or this many requests, whichever takes longer. The number is that of
 * the requests that measured the limit, within these bounds: a limit measured by few is soon tested again.
 */
const CUBIC = { milliseconds: 5_000, min: 8, max: 50 }

/** Milliseconds in which the rate doubles in slow start (RFC 5681, section 3.1). */
const DOUBLING = 600

/** Growth towards a nearby limit: by this factor per this many milliseconds, and per this many accepted requests. */
const SEARCH = { growth: 1.5, milliseconds: 5_000, requests: 10 }

/** The rate is at most this multiple of the rate last accepted; the AWS SDKs use 2. */
const ABOVE_SPEED = { 'slow start': 4, search: 2, cubic: 2 }

/**
 * Advances the state to `now`: fills the bucket and grows the rate. `amount` is that of the request that asks, if any.
 */
export function advance(state: RateState, now: number, amount = 0): RateState {
  const { rate, limit, times, growth } = state
  const passed = now - times.at
  if (passed <= 0) return state
  if (rate === null || limit === null) return { ...state, times: { ...times, at: now } }
  const free = Math.max(0, now - Math.max(times.at, times.heldUntil))
  const grows = state.blind === 0 && (growth !== 'cubic' || isBound(state, now))
  const highest = maxRate(state, now, amount)
  // While nothing is sent, the service's own bucket fills at its limit.
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
  return { ...next, rate: capped(state, Math.min(highest, grownRate(next, rate, free))) }
}

/** Growth by accepted requests, in addition to growth with time. */
export function grownByRequest(state: RateState): RateState {
  if (state.growth !== 'search' || state.rate === null) return state
  return { ...state, rate: capped(state, state.rate * SEARCH.growth ** (1 / SEARCH.requests)) }
}

/** The most that the bucket holds. */
export function capacity({ told, rate, depth, size }: RateState, amount = 0): number {
  const isPaced = !told || depth < told.burst * 1000
  return Math.max((rate ?? 0) * depth, isPaced ? 2 * Math.max(size, amount) : 0)
}

/** Milliseconds in which the rate grows e-fold; 0 if it does not grow exponentially. */
export function growthTime({ growth, told, rate }: RateState): number {
  if (growth === 'cubic' || (told && rate !== null && rate >= told.perMinute / MINUTE)) return 0
  return growth === 'slow start' ? DOUBLING / Math.LN2 : SEARCH.milliseconds / Math.log(SEARCH.growth)
}

/**
 * Upper bound of a growing rate. A rate far above what was last accepted would be untested. One of the larger requests
 * per second is always allowed.
 */
function maxRate(state: RateState, now: number, amount: number): number {
  const { clean, limit, growth, size } = state
  if (clean < ENOUGH) return Number.POSITIVE_INFINITY
  return Math.max(limit ?? 0, ABOVE_SPEED[growth] * acceptedRate(state, now), Math.max(size, amount) / 1000)
}

/** What a growing rate lets through in `passed` milliseconds. */
function grownAmount(state: RateState, rate: number, passed: number): number {
  const time = growthTime(state)
  return time ? rate * time * Math.expm1(passed / time) : rate * passed
}

function grownRate(state: RateState, rate: number, passed: number): number {
  const { growth, limit, grown, size, measuredBy } = state
  if (limit === null) return rate
  if (growth === 'slow start') return limit * 2 ** (grown / DOUBLING)
  if (growth === 'search') return rate * SEARCH.growth ** (passed / SEARCH.milliseconds)
  // RFC 9438, section 4.2: slow near the limit, then ever faster.
  const requests = Math.min(CUBIC.max, Math.max(CUBIC.min, measuredBy))
  const k = Math.max(CUBIC.milliseconds, (requests * size) / limit)
  return limit * (1 + (1 - BETA) * ((Math.min(grown, 1e9) - k) / k) ** 3)
}

/** Forgets what was learned. If for a long time no request has had to wait, the limit may have changed. */
export function forgotten(state: RateState): RateState {
  const rate = state.told && state.told.perMinute / MINUTE
  return { ...state, rate, limit: rate, growth: 'cubic', grown: 1e9, depth: (state.told?.burst ?? 60) * 1000 }
}
