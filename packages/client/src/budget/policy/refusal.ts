import { acceptedRate, BETA, capped, ENOUGH, isBound, isWellBelow, type RateState } from './rate-state.js'

/** If noise is above this share, a single refusal says nothing about the limit. */
const QUIET = 0.015
/** Weight of one outcome in the moving average of noise. */
const NOISE_WEIGHT = 0.04
/**
 * Refusals tolerated in addition to the noise, and the suspicion that counts as evidence: three refusals in a row, for
 * example. Both grow with the noise, because it then also varies more.
 */
const TOLERATED = { share: 0.05, ofNoise: 0.5 }
const EVIDENCE = { min: 2.5, perNoise: 5 }
/** A series of refusals that noise explains with less than this probability is not noise. */
const UNLIKELY = 0.02
/** How many times the rate is lowered while it is well below the limit. After that, such refusals count as noise. */
const DOUBTS = 2

/** What an outcome adds to noise and suspicion. A request refused well below the limit would be refused at any rate. */
export function weighed(state: RateState, refusals: 0 | 1): Pick<RateState, 'noise' | 'suspicion'> {
  const { noise, suspicion, doubts } = state
  const isNoise = isWellBelow(state) && (refusals === 0 || doubts >= DOUBTS)
  return {
    noise: isNoise ? noise + NOISE_WEIGHT * (refusals - noise) : noise,
    suspicion: Math.max(0, suspicion + refusals - TOLERATED.share - (1 + TOLERATED.ofNoise) * noise),
  }
}

/**
 * Whether a refusal shows a limit: everything is refused, or a large share is; or, while there is next to no noise, a
 * single one is, near the limit or soon after the rate was lowered. If not, the refusal is isolated and holds back only
 * its own request.
 *
 * @param state with this refusal weighed
 * @param before without it
 */
export function isEvidence(state: RateState, before: RateState, now: number): boolean {
  const { recent, noise, clean, rate, doubts, suspicion } = state
  const refused = refusedOf(recent)
  if (refused === recent.length && (state.blind > 0 || noise ** refused < UNLIKELY)) return true
  if (suspicion >= EVIDENCE.min + EVIDENCE.perNoise * noise) return true
  if (before.noise >= QUIET || noise >= QUIET + NOISE_WEIGHT || rate === null) return false
  return isWellBelow(state) || clean < ENOUGH ? doubts < DOUBTS : isNearLimit(state, now)
}

function refusedOf(outcomes: RateState['recent']): number {
  return outcomes.filter(([, amount]) => amount < 0).length
}

/**
 * Whether refusals have nothing to do with the rate: it was lowered repeatedly, but requests were refused as often soon
 * afterwards, when a service with a limit has a full bucket, as later.
 */
function isNoise({ doubts, clean, recent }: RateState): boolean {
  const early = recent.slice(0, recent.length / 2)
  return doubts > DOUBTS && clean > 0 && refusedOf(early) >= 2 && refusedOf(recent) < recent.length / 2
}

function isNearLimit(state: RateState, now: number): boolean {
  const { rate, limit, growth } = state
  if (rate === null || limit === null || !isBound(state, now)) return false
  return growth !== 'cubic' || rate >= 0.97 * limit
}

/** Share of refusals first taken for noise if lowering the rate does not help. */
const PRESUMED_NOISE = 0.06
/** A refusal after fewer accepted requests than this counts as soon after the rate was lowered. */
const QUICKLY = 25
/** After this many accepted requests the limit is no longer in doubt. */
const TRUSTED = 50
/** A hold of at least this many milliseconds suggests a fixed window, whose budget comes back all at once. */
const LONG_HOLD = 5_000
/**
 * Milliseconds to hold after a 429 without `Retry-After`: 1,000, then doubling, at most 5,000, while everything is
 * refused.
 */
const HOLD = { base: 1_000, max: 5_000 }

type Refusal = { readonly amount: number; readonly retryAfterMs?: number }

/**
 * Handles a refusal that shows a limit: sends nothing for a while, and afterwards somewhat less than the service was
 * seen to accept. If that was tried before and did not help, the refusals are noise.
 */
export function lowered(state: RateState, refusal: Refusal, now: number): RateState {
  if (state.rate !== null && isNoise(state)) {
    const share = refusedOf(state.recent) / state.recent.length
    const limit = capped(state, Math.max(state.rate, state.best) / BETA)
    return { ...state, noise: Math.max(state.noise, share), suspicion: 0, best: 0, ...slowStart(limit) }
  }
  const held = heldFor(state, refusal, now)
  const { rate, requests, times } = state
  const { heldUntil } = held.times
  const hold = heldUntil - now
  // Nothing was accepted since the last decision, so this refusal says nothing new.
  if (held.blind > 0) return held

  /** By the end of the hold the service's bucket is as full as when the count began. */
  const cycle = state.accepted / Math.max(1, heldUntil - times.since)
  const speed = acceptedRate(state, now)
  // What was accepted before the first refusal includes a burst.
  const isMeasured = times.since > times.began && requests >= ENOUGH && hold < LONG_HOLD
  const best = isMeasured ? Math.max(cycle, 0.9 * state.best) : state.best
  const recounted = { accepted: 0, requests: 0, times: { ...held.times, since: heldUntil } }
  if (isMeasured && state.noise < PRESUMED_NOISE && cycle < 0.6 * best) {
    // Less was accepted, and as much was refused. A limit would have accepted as much as before.
    const limit = capped(state, best / BETA)
    return { ...held, ...recounted, noise: PRESUMED_NOISE, best: 0, ...slowStart(limit) }
  }
  const next = { ...held, best }
  if (rate === null) return { ...next, ...recounted, ...slowStart(BETA * speed) }
  if (isBurstTooLarge(state, rate, refusal)) {
    // The rate was kept, so the burst was too large.
    const depth = Math.max(0, Math.min(state.depth / 2, state.accepted / rate - (now - times.since)))
    return { ...next, ...recounted, depth }
  }
  if (requests < ENOUGH) {
    const isGuess = state.growth === 'slow start' && hold < LONG_HOLD
    const lowest = isGuess ? refusal.amount / (4 * Math.max(hold, 1000)) : rate / 2
    return { ...next, ...search(Math.min(rate, Math.max(lowest, cycle))) }
  }
  if (state.growth === 'slow start' && cycle < 0.6 * speed) {
    // The rate grew so fast that the count says little.
    return { ...next, ...recounted, ...search(capped(state, Math.min(rate, Math.sqrt(cycle * speed)))) }
  }
  const limit = capped(state, Math.min(rate, cycle))
  return {
    ...next,
    ...recounted,
    limit,
    measuredBy: requests,
    rate: BETA * limit,
    growth: 'cubic',
    grown: 0,
  }
}

/** The service accepts again after it refused everything. `amount` is that of the accepted request. */
export function resumed(state: RateState, amount: number, now: number): RateState {
  const { times, limit, size } = state
  const held = Math.max(1, times.heldUntil - times.decided)
  // The first request may be small; the rate has to suit the larger ones.
  const base = capped(state, Math.max(limit === null ? 0 : limit / 2, Math.max(amount, size) / held))
  return {
    ...state,
    ...slowStart(base),
    blind: 0,
    level: 0,
    accepted: 0,
    requests: 0,
    times: { ...times, probed: 0, at: now, bound: now, since: now },
  }
}

function heldFor(state: RateState, { retryAfterMs }: Refusal, now: number): RateState {
  const { clean, times, blind, doubts } = state
  const backoff = Math.min(HOLD.max, HOLD.base * 2 ** blind)
  // A service that repeatedly asks for too short a wait is not believed.
  const hold = Math.max(retryAfterMs ?? backoff, blind > 2 ? backoff / 4 : 0)
  return {
    ...state,
    blind: clean === 0 ? blind + 1 : 0,
    recent: [],
    suspicion: 0,
    doubts: clean < QUICKLY ? doubts + 1 : clean > TRUSTED ? 0 : doubts,
    clean: 0,
    level: 0,
    times: { ...times, decided: now, heldUntil: Math.max(times.heldUntil, now + hold) },
  }
}

function isBurstTooLarge(
  { level, clean, depth, size, growth }: RateState,
  rate: number,
  { amount }: Refusal,
) {
  return growth === 'cubic' && (level > 2 * amount || (clean < QUICKLY / 2 && depth * rate > size))
}

function slowStart(rate: number): Pick<RateState, 'rate' | 'limit' | 'growth' | 'grown'> {
  return { rate, limit: rate, growth: 'slow start', grown: 0 }
}

function search(rate: number): Pick<RateState, 'rate' | 'limit' | 'growth'> {
  return { rate, limit: rate, growth: 'search' }
}
