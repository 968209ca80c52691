import { BETA, ENOUGH, isBound, isWellBelow, type RateState, speedOf, toldMost } from './rate-state.js'

/** A share of refusals above which a single refusal says nothing about the limit. */
const QUIET = 0.015
/** Weight of one outcome in the share. */
const NOISE_WEIGHT = 0.04
/**
 * The share of refusals that is tolerated besides the noise, and how much above that is evidence: three in a row, say.
 * Noise itself varies, and the more of it there is, the more so.
 */
const TOLERATED = { share: 0.05, ofNoise: 0.5 }
const EVIDENCE = { least: 2.5, perNoise: 5 }
/** Refusals of everything that noise explains with less than this probability are no noise. */
const UNLIKELY = 0.02
/** So often the rate is lowered for a refusal well below the limit; then those are noise. */
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
 * Whether a refusal shows a limit: everything is refused, or much is, or this one came just above a known limit.
 * Otherwise it is one among many, and holds back only its own request.
 *
 * @param state with the refusal weighed
 * @param before without
 */
export function isEvidence(state: RateState, before: RateState, now: number): boolean {
  const { recent, noise, clean, rate, doubts, suspicion } = state
  const refused = refusedOf(recent)
  if (refused === recent.length && (state.blind > 0 || noise ** refused < UNLIKELY)) return true
  if (suspicion >= EVIDENCE.least + EVIDENCE.perNoise * noise) return true
  if (before.noise >= QUIET || noise >= QUIET + NOISE_WEIGHT || rate === null) return false
  return isWellBelow(state) || clean < ENOUGH ? doubts < DOUBTS : isNearLimit(state, now)
}

function refusedOf(outcomes: RateState['recent']): number {
  return outcomes.filter(([, amount]) => amount < 0).length
}

/**
 * Whether the rate has nothing to do with it: it was lowered again and again, and still requests were refused soon
 * afterwards, when a service with a limit has saved up, as often as later.
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

/** The share of refusals taken for noise at first, if lowering the rate does not help. */
const PRESUMED_NOISE = 0.06
/** A refusal comes quickly after fewer accepted requests than this, as the rate was lowered. */
const QUICKLY = 25
/** After so many accepted requests the limit is no longer in doubt. */
const TRUSTED = 50
/** A hold of this many milliseconds points to a window, whose budget comes back all at once. */
const LONG_HOLD = 5_000
/** Milliseconds of the hold after a 429 without `Retry-After`: doubling from 1,000 while everything is refused. */
const LADDER = { first: 500, most: 5_000 }

type Refusal = { readonly amount: number; readonly retryAfterMs?: number }

/**
 * A refusal that shows a limit: nothing is sent for a while, and then at the rate that the service was seen to accept;
 * unless that was tried before, and did not help.
 */
export function lowered(state: RateState, refusal: Refusal, now: number): RateState {
  if (state.rate !== null && isNoise(state)) {
    const share = refusedOf(state.recent) / state.recent.length
    const limit = toldMost(state, Math.max(state.rate, state.best) / BETA)
    return { ...state, noise: Math.max(state.noise, share), suspicion: 0, best: 0, ...slowStart(limit) }
  }
  const held = heldFor(state, refusal, now)
  const { rate, requests, times } = state
  const { heldUntil } = held.times
  const hold = heldUntil - now
  // Nothing was accepted since then, so this is no news.
  if (held.blind > 0) return held

  /** By the end of the hold the service has as much to give as when the count began. */
  const cycle = state.accepted / Math.max(1, heldUntil - times.since)
  const speed = speedOf(state, now)
  // What was accepted before the first refusal had been saved up.
  const isMeasured = times.since > times.began && requests >= ENOUGH && hold < LONG_HOLD
  const best = isMeasured ? Math.max(cycle, 0.9 * state.best) : state.best
  const recounted = { accepted: 0, requests: 0, times: { ...held.times, since: heldUntil } }
  if (isMeasured && state.noise < PRESUMED_NOISE && cycle < 0.6 * best) {
    // Less went through, and as much was refused: a limit would have let as much through as before.
    const limit = toldMost(state, best / BETA)
    return { ...held, ...recounted, noise: PRESUMED_NOISE, best: 0, ...slowStart(limit) }
  }
  const next = { ...held, best }
  if (rate === null) return { ...next, ...recounted, ...slowStart(BETA * speed) }
  if (isFromSavings(state, rate, refusal)) {
    // The rate was kept: what is missing are the savings.
    const depth = Math.max(0, Math.min(state.depth / 2, state.accepted / rate - (now - times.since)))
    return { ...next, ...recounted, depth }
  }
  if (requests < ENOUGH) {
    const isGuess = state.growth === 'slow start' && hold < LONG_HOLD
    const least = isGuess ? refusal.amount / (4 * Math.max(hold, 1000)) : rate / 2
    return { ...next, ...search(Math.min(rate, Math.max(least, cycle))) }
  }
  if (state.growth === 'slow start' && cycle < 0.6 * speed) {
    // The rate grew so fast until then that the count says little.
    return { ...next, ...recounted, ...search(toldMost(state, Math.min(rate, Math.sqrt(cycle * speed)))) }
  }
  const limit = toldMost(state, Math.min(rate, cycle))
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

/** The service accepts again, namely a request of this amount, after it refused everything. */
export function resumed(state: RateState, amount: number, now: number): RateState {
  const { times, limit, size } = state
  const held = Math.max(1, times.heldUntil - times.decided)
  // A small request may be the first that goes; the rate is to suit the larger ones.
  const base = toldMost(state, Math.max(limit === null ? 0 : limit / 2, Math.max(amount, size) / held))
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
  const backoff = Math.min(LADDER.most, LADDER.first * 2 ** (blind + 1))
  // A service that asks for too short a wait again and again is not taken at its word.
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

function isFromSavings({ level, clean, depth, size, growth }: RateState, rate: number, { amount }: Refusal) {
  return growth === 'cubic' && (level > 2 * amount || (clean < QUICKLY / 2 && depth * rate > size))
}

function slowStart(rate: number): Pick<RateState, 'rate' | 'limit' | 'growth' | 'grown'> {
  return { rate, limit: rate, growth: 'slow start', grown: 0 }
}

function search(rate: number): Pick<RateState, 'rate' | 'limit' | 'growth'> {
  return { rate, limit: rate, growth: 'search' }
}
