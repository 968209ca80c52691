import { ENOUGH, isBound, MINUTE, type RateState, REMEMBERED, speedOf, toldMost } from './rate-state.js'

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
