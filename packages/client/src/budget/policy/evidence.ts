import { ENOUGH, isBound, isWellBelow, type RateState } from './rate-state.js'

/** A share of refusals above which one refusal alone says nothing of the limit. */
const QUIET = 0.015
/** Weight of one outcome in the share. */
const NOISE_WEIGHT = 0.04
/** Share of refusals that is let pass besides the noise, and how much above that is evidence: three in a row, say. */
const TOLERATED = 0.05
const EVIDENCE = 2.5
/** So often the rate is lowered for a refusal well below the limit; then those are noise. */
const DOUBTS = 2

/** What an outcome adds to noise and suspicion. What is refused well below the limit is refused whatever the rate. */
export function weighed(state: RateState, refusals: 0 | 1): Pick<RateState, 'noise' | 'suspicion'> {
  const { noise, suspicion, doubts } = state
  const isNoise = isWellBelow(state) && (refusals === 0 || doubts >= DOUBTS)
  return {
    noise: isNoise ? noise + NOISE_WEIGHT * (refusals - noise) : noise,
    suspicion: Math.max(0, suspicion + refusals - noise - TOLERATED),
  }
}

/**
 * Whether a refusal shows a limit: everything is refused, or much is, or this one came just above a limit that is known.
 * Otherwise it is one among many, and holds back nothing but its own request.
 *
 * @param state with the refusal weighed
 * @param before without
 */
export function isEvidence(state: RateState, before: RateState, now: number): boolean {
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
