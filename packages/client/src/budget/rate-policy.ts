import type { BudgetWait } from './budget.js'

/** What the service allows of one thing that it counts, tokens or requests. */
export interface Limit {
  /** Absent: not known, to be learned from 429s. */
  readonly perMinute?: number | undefined
  /** Seconds' worth that may go at once. Default 60. */
  readonly burst?: number | undefined
}

/** What happened to a request. Amounts are tokens, or 1 for what counts as one request. */
export type BudgetEvent =
  | { readonly is: 'sent' | 'withdrawn' | 'failed'; readonly amount: number }
  | { readonly is: 'accepted'; readonly expected: number; readonly actual: number }
  | {
      readonly is: 'refused'
      readonly amount: number
      readonly sentAt: number
      readonly retryAfterMs?: number
    }

/** Decides when requests may go. Pure: the state is plain JSON, the time an argument, in milliseconds. */
export interface RatePolicy<S> {
  start(limit: Limit, now: number): S
  /** Milliseconds until a request of this amount may go; 0 if it may now. */
  wait(state: S, amount: number, now: number): number
  after(state: S, event: BudgetEvent, now: number): S
  /** Why a request of this amount waits. */
  why(state: S, amount: number, now: number): BudgetWait
}

/** The state of the policy: JSON, so that it may be kept anywhere. */
export interface RateState {
  readonly version: 1
  /** The told limit. */
  readonly told: { readonly perMinute: number; readonly burst: number } | null
  /** Amount per millisecond; null while nothing is limited. */
  readonly rate: number | null
  /** Milliseconds' worth of the rate that may be saved up, and go at once. */
  readonly depth: number
  /** What may go now; below 0 what has gone too early. */
  readonly level: number
  /** The size of the larger requests. */
  readonly size: number
  /** How the rate grows: around the last limit, from nothing to whatever is possible, or up to a limit that is near. */
  readonly growth: 'cubic' | 'slow start' | 'search'
  /** Amount per millisecond at which the service refused last. */
  readonly limit: number | null
  /** Milliseconds that the rate has grown for. */
  readonly grown: number
  /** Refusals in a row without anything accepted in between: each waits longer than the one before. */
  readonly blind: number
  /** Share of the requests that is refused whatever the rate. */
  readonly noise: number
  /** How much speaks for a limit: grows with each refusal, and shrinks with what is accepted. */
  readonly suspicion: number
  /** How often in a row the rate was lowered for a refusal well below the limit: either that is wrong, or it is noise. */
  readonly doubts: number
  /** The most that was accepted between two refusals, amount per millisecond; 0 where that is not known yet. */
  readonly best: number
  /** The last outcomes: when, and the amount, negative for a refused one. */
  readonly recent: readonly (readonly [at: number, amount: number])[]
  /** What was accepted since `times.since`. */
  readonly accepted: number
  readonly requests: number
  /** Requests accepted since the last time that the rate was lowered. */
  readonly clean: number
  readonly times: Readonly<Record<RateTime, number>>
}

/** `at`: of the level. `seen`: of the last event. `probed`: 0, or when the one request went that finds out more. */
type RateTime = 'began' | 'at' | 'seen' | 'heldUntil' | 'since' | 'decided' | 'bound' | 'probed'

const MINUTE = 60_000
/** Share of the limit that the rate starts from after a refusal, and comes back to the limit from. */
const BETA = 0.85
/** The rate is back at the limit after so long, and after no fewer requests than these. */
const CUBIC = { least: 5_000, requests: 50 }
/** Milliseconds in which the rate doubles where nothing is known. */
const DOUBLING = 600
/** Growth per accepted request towards a limit that is near. */
const SEARCH = 1.5 ** (1 / 10)
/** So many accepted requests between two refusals show the limit itself. */
const ENOUGH = 8
/** Of so many outcomes it is judged whether refusals come from a limit. */
const REMEMBERED = 24
/** A share of refusals above which one refusal alone says nothing of the limit. */
const QUIET = 0.015
const NOISE_WEIGHT = 0.04
/** Share of refusals that is let pass besides the noise, and how much above that is evidence: three in a row, say. */
const TOLERATED = 0.05
const EVIDENCE = 2.5
const DOUBTS = 2
/** Share of refusals that is taken for noise, to begin with, where lowering the rate does not help. */
const PRESUMED = 0.06
/** A refusal after fewer accepted requests than these, although the rate was lowered. */
const QUICKLY = 25
/** The one request that finds out whether the service accepts again is given up after so long. */
const PROBE_TIMEOUT = 30_000
/** A hold of so many milliseconds says that what there is comes all at once: a window. */
const LONG_HOLD = 5_000
const LADDER = { first: 500, most: 5_000 }

/**
 * One policy for every kind of service.
 */
export const ratePolicy: RatePolicy<RateState> = {
  start({ perMinute, burst = 60 }, now) {
    const told = perMinute === undefined ? null : { perMinute, burst }
    const rate = told && told.perMinute / MINUTE
    return {
      version: 1,
      told,
      rate,
      depth: burst * 1000,
      level: rate === null ? 0 : rate * burst * 1000,
      size: 0,
      growth: 'cubic',
      limit: rate,
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
  },

  wait(before, amount, now) {
    const state = advance(before, now, amount)
    const { rate, level, times, blind } = state
    const held = times.heldUntil - now
    const probing = blind > 0 && times.probed > 0 ? times.probed + PROBE_TIMEOUT - now : 0
    const missing = rate === null ? 0 : Math.min(amount, capacity(state, amount)) - level
    if (rate === null || missing <= 1e-9 * amount) return Math.max(0, held, probing)
    const grows = growthTime(state)
    const paced = grows ? grows * Math.log(1 + missing / rate / grows) : missing / rate
    return Math.max(held, probing, paced + (grows ? Math.max(0, held) : 0))
  },

  why(before, amount, now) {
    const state = advance(before, now, amount)
    const { rate, told, times, blind } = state
    const isRefused = times.heldUntil > now || blind > 0
    const isTold = told !== null && rate !== null && rate >= (0.999 * told.perMinute) / MINUTE
    return {
      reason: isRefused ? 'refused' : isTold ? 'configured limit' : 'learned limit',
      waitMs: Math.ceil(ratePolicy.wait(before, amount, now)),
      ...(rate === null ? {} : { perMinute: Math.round(rate * MINUTE) }),
    }
  },

  after(before, event, now) {
    const state = advance(before, now)
    const times = { ...state.times, seen: now }
    switch (event.is) {
      case 'sent':
        return sent({ ...state, times }, event.amount, now)
      case 'withdrawn':
        return { ...state, level: state.level + event.amount, times: { ...times, probed: 0 } }
      case 'failed':
        return { ...state, times: { ...times, probed: 0 } }
      case 'accepted':
        return accepted({ ...state, times }, event, now)
      case 'refused':
        return refused({ ...state, times }, event, now)
    }
  },
}

function sent(state: RateState, amount: number, now: number): RateState {
  const { level, times } = state
  const isBound = level < 1.5 * amount
  return {
    ...state,
    level: level - amount,
    size: Math.max(0.95 * state.size, amount),
    times: {
      ...times,
      bound: isBound ? now : times.bound,
      probed: state.blind > 0 ? now : 0,
    },
  }
}

function accepted(
  state: RateState,
  { expected, actual }: { expected: number; actual: number },
  now: number,
): RateState {
  let next: RateState = {
    ...state,
    level: state.level + expected - actual,
    ...weighed(state, 0),
    recent: [...state.recent.slice(1 - REMEMBERED), [now, actual]],
    accepted: state.accepted + actual,
    requests: state.requests + 1,
    clean: state.clean + 1,
  }
  if (state.blind > 0) next = resumed(next, actual, now)
  if (next.growth === 'search' && next.rate !== null)
    next = { ...next, rate: toldMost(next, next.rate * SEARCH) }
  return next
}

/** The service accepts again after it refused everything. */
function resumed(state: RateState, amount: number, now: number): RateState {
  const { times, limit, size } = state
  const held = Math.max(1, times.heldUntil - times.decided)
  // A small request may be the first that goes; the rate is to suit the larger ones.
  const base = toldMost(state, Math.max(limit === null ? 0 : limit / 2, Math.max(amount, size) / held))
  return {
    ...state,
    blind: 0,
    rate: base,
    limit: base,
    growth: 'slow start',
    grown: 0,
    level: 0,
    accepted: 0,
    requests: 0,
    times: { ...times, probed: 0, at: now, bound: now, since: now },
  }
}

function refused(
  before: RateState,
  event: { amount: number; sentAt: number; retryAfterMs?: number },
  now: number,
): RateState {
  const { amount, sentAt, retryAfterMs } = event
  const times = { ...before.times, probed: 0 }
  const recent = [...before.recent.slice(1 - REMEMBERED), [now, -amount] as const]
  // It was sent before the last decision, and brings no news.
  if (sentAt <= times.decided) {
    const until = retryAfterMs !== undefined && retryAfterMs > 5000 ? now + retryAfterMs : 0
    return { ...before, times: { ...times, heldUntil: Math.max(times.heldUntil, until) } }
  }
  const state = { ...before, ...weighed(before, 1), recent, times }
  return isEvidence(state, before, now) ? lowered(state, event, now) : state
}

/** What is refused while the rate is well below the limit is refused whatever the rate. */
function weighed(state: RateState, refusals: 0 | 1): Pick<RateState, 'noise' | 'suspicion'> {
  const { noise, suspicion, doubts } = state
  const isNoise = isWellBelow(state) && (refusals === 0 || doubts >= DOUBTS)
  return {
    noise: isNoise ? noise + NOISE_WEIGHT * (refusals - noise) : noise,
    suspicion: Math.max(0, suspicion + refusals - noise - TOLERATED),
  }
}

function isWellBelow({ growth, rate, limit }: RateState): boolean {
  return growth === 'cubic' && rate !== null && limit !== null && rate < 0.97 * limit
}

/** Whether there is a limit, and this refusal no mere noise. */
function isEvidence(state: RateState, before: RateState, now: number): boolean {
  const { recent, noise, clean, rate, doubts, suspicion } = state
  if (clean === 0 || recent.every(([, amount]) => amount < 0)) return true
  if (suspicion >= EVIDENCE) return true
  if (before.noise >= QUIET || noise >= QUIET + NOISE_WEIGHT || rate === null) return false
  return isWellBelow(state) || clean < ENOUGH ? doubts < DOUBTS : isNearLimit(state, now)
}

function isNearLimit(state: RateState, now: number): boolean {
  const { rate, limit, growth } = state
  if (rate === null || limit === null || !isBound(state, now)) return false
  return growth !== 'cubic' || rate >= 0.97 * limit
}

/** Whether requests have to wait for the rate. */
function isBound({ times, rate, size }: RateState, now: number): boolean {
  return now - times.bound <= Math.max(1000, rate === null ? 0 : (3 * size) / rate)
}

function lowered(
  state: RateState,
  { amount, retryAfterMs }: { amount: number; retryAfterMs?: number },
  now: number,
): RateState {
  const { rate, clean, requests, times, level } = state
  const isBlind = clean === 0
  const backoff = Math.min(LADDER.most, LADDER.first * 2 ** (state.blind + 1))
  const hold = Math.max(retryAfterMs ?? backoff, state.blind > 2 ? backoff / 4 : 0)
  const heldUntil = Math.max(times.heldUntil, now + hold)
  const next: { -readonly [K in keyof RateState]: RateState[K] } = {
    ...state,
    blind: isBlind ? state.blind + 1 : 0,
    recent: [],
    suspicion: 0,
    doubts: clean < QUICKLY ? state.doubts + 1 : clean > CUBIC.requests ? 0 : state.doubts,
    clean: 0,
    level: 0,
    times: { ...times, decided: now, heldUntil },
  }
  if (isBlind) return next
  const counted = { accepted: 0, requests: 0, times: { ...next.times, since: heldUntil } }
  /** By now the service has as much to give again as it had when the count began. */
  const cycle = state.accepted / Math.max(1, heldUntil - times.since)
  const speed = speedOf(state, now)
  // What came before the first refusal was saved up.
  const isMeasured = times.since > times.began && requests >= ENOUGH && hold < LONG_HOLD
  const best = isMeasured ? Math.max(cycle, 0.9 * state.best) : state.best
  if (isMeasured && state.noise < PRESUMED && cycle < 0.6 * best) {
    // Less went through, and as much was refused: a limit would have let as much through as before.
    const limit = toldMost(state, best / BETA)
    return {
      ...next,
      ...counted,
      noise: PRESUMED,
      best: 0,
      rate: limit,
      limit,
      growth: 'slow start',
      grown: 0,
    }
  }
  next.best = best
  if (rate === null) {
    const base = BETA * speed
    return { ...next, ...counted, rate: base, limit: base, growth: 'slow start', grown: 0 }
  }
  const isFromSavings = level > 2 * amount || (clean < QUICKLY / 2 && state.depth * rate > state.size)
  if (isFromSavings && state.growth === 'cubic') {
    // The rate was kept to: it is the savings that are not there.
    const depth = Math.max(0, Math.min(state.depth / 2, state.accepted / rate - (now - times.since)))
    return { ...next, ...counted, depth }
  }
  if (requests < ENOUGH) {
    const floor =
      state.growth === 'slow start' && hold < LONG_HOLD ? amount / (4 * Math.max(hold, 1000)) : rate / 2
    const base = Math.min(rate, Math.max(floor, cycle))
    return { ...next, rate: base, limit: base, growth: 'search' }
  }
  if (state.growth === 'slow start' && cycle < 0.6 * speed) {
    // It grew so fast until then that the count says little.
    const limit = toldMost(state, Math.min(rate, Math.sqrt(cycle * speed)))
    return { ...next, ...counted, limit, rate: limit, growth: 'search' }
  }
  const limit = toldMost(state, Math.min(rate, cycle))
  return { ...next, ...counted, limit, rate: BETA * limit, growth: 'cubic', grown: 0 }
}

/** Amount per millisecond of what was accepted last. */
function speedOf({ recent, accepted, times }: RateState, now: number): number {
  const last = recent.filter(([, amount]) => amount > 0)
  const [first, end] = [last[0], last.at(-1)]
  if (!first || !end || last.length < 4 || end[0] <= first[0])
    return accepted / Math.max(1, now - times.since)
  return last.slice(1).reduce((sum, [, amount]) => sum + amount, 0) / (end[0] - first[0])
}

function toldMost({ told }: RateState, rate: number): number {
  return told ? Math.min(rate, told.perMinute / MINUTE) : rate
}

function capacity({ told, rate, depth, size }: RateState, amount = 0): number {
  const isPaced = !told || depth < told.burst * 1000
  return Math.max((rate ?? 0) * depth, isPaced ? 2 * Math.max(size, amount) : 0)
}

/** Lets time pass: fills what may go, and lets the rate grow. */
function advance(state: RateState, now: number, amount = 0): RateState {
  const { rate, limit, times, growth } = state
  const passed = now - times.at
  if (passed <= 0) return state
  if (rate === null || limit === null) return { ...state, times: { ...times, at: now } }
  const free = Math.max(0, now - Math.max(times.at, times.heldUntil))
  // While nothing goes, the service saves up at its limit.
  const filled = state.level + rate * free + Math.max(rate, growth === 'cubic' ? limit : 0) * (passed - free)
  const level = Math.min(Math.max(state.level, capacity(state, amount)), filled)
  const grows = state.blind === 0 && (growth !== 'cubic' || isBound(state, now))
  const grown = state.grown + (grows ? free : 0)
  const next = { ...state, level, grown, times: { ...times, at: now } }
  if (state.blind > 0) return next
  const unbound = now - times.bound
  if (unbound > MINUTE || (growth === 'slow start' && unbound > 2000 && state.clean >= REMEMBERED))
    return opened(next)
  const most =
    state.clean < ENOUGH
      ? Number.POSITIVE_INFINITY
      : Math.max(
          limit,
          (growth === 'slow start' ? 4 : 2) * speedOf(state, now),
          Math.max(state.size, amount) / 1000,
        )
  return { ...next, rate: toldMost(state, Math.min(most, grownRate(next, rate, free))) }
}

/** Milliseconds in which the rate grows e-fold; 0 where it does not grow by itself. */
function growthTime({ growth, told, rate }: RateState): number {
  if (growth === 'cubic' || (told && rate !== null && rate >= told.perMinute / MINUTE)) return 0
  return growth === 'slow start' ? DOUBLING / Math.LN2 : 5000 / Math.log(1.5)
}

function grownRate({ growth, limit, grown, size }: RateState, rate: number, passed: number): number {
  if (limit === null) return rate
  if (growth === 'slow start') return limit * 2 ** (grown / DOUBLING)
  if (growth === 'search') return rate * 1.5 ** (passed / 5000)
  const k = Math.max(CUBIC.least, (CUBIC.requests * size) / limit)
  return limit * (1 + (1 - BETA) * ((Math.min(grown, 1e9) - k) / k) ** 3)
}

function opened(state: RateState): RateState {
  const rate = state.told && state.told.perMinute / MINUTE
  return { ...state, rate, limit: rate, growth: 'cubic', grown: 1e9, depth: (state.told?.burst ?? 60) * 1000 }
}
