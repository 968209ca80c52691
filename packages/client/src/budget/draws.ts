import { planLimits } from '../../../../spec/rate-limits.js'
import type { BudgetRequest, BudgetWait, RateLimit } from './budget.js'
import { type BudgetEvent, ratePolicy } from './policy/rate-policy.js'
import type { Limit, RateState } from './policy/rate-state.js'

/** One limit that a request counts against, and how much of it the request takes. */
export interface Draw {
  readonly key: string
  readonly limit: Limit
  readonly amount: number
  /** The limit is known and never learned from 429s. */
  readonly isFixed: boolean
}

/** Burst for the per-second limit, in seconds. Small, because the service refuses a larger one within that second. */
const BURST_WITHIN_A_SECOND = 0.1

/** The limits that a request counts against. The first, of its model and input type, is learned from 429s. */
export function drawsOf({ model, inputType = '', tokens }: BudgetRequest, limit: RateLimit): Draw[] {
  const plan = limit.plan && planLimits[limit.plan]
  const row = plan?.models[model]
  const documented = row?.unavailable ? undefined : row
  const tokensPerMinute =
    limit.tokensPerMinute ??
    (inputType === 'passage' || inputType === 'query' ? documented?.tokensPerMinute?.[inputType] : undefined)
  const requestsPerMinute = limit.requestsPerMinute ?? documented?.requestsPerMinute
  const key = `${model}:${inputType}`
  const fixed = (of: string, perMinute: number, burst?: number): Draw => ({
    key: of,
    limit: { perMinute, burst },
    amount: 1,
    isFixed: true,
  })
  const project = plan
    ? [
        fixed('project:second', 60 * plan.requestsPerSecond, BURST_WITHIN_A_SECOND),
        fixed('project:minute', plan.requestsPerMinute),
      ]
    : []
  if (tokens === undefined) {
    return [{ key, limit: { perMinute: requestsPerMinute }, amount: 1, isFixed: false }, ...project]
  }
  const own: Draw = { key, limit: { perMinute: tokensPerMinute }, amount: tokens, isFixed: false }
  const requests = requestsPerMinute === undefined ? [] : [fixed(`${model}:requests`, requestsPerMinute)]
  return [own, ...requests, ...project]
}

/** What happened to a request: it was sent, or it ended in one of these ways. */
export type RequestEvent =
  | { readonly is: 'sent' | 'withdrawn' | 'disproved' | 'failed' }
  | { readonly is: 'accepted'; readonly tokens: number | undefined }
  | { readonly is: 'refused'; readonly sentAt: number; readonly retryAfterMs: number | undefined }

/** The stored state if it has the current version and limit; otherwise a new one. */
export function stateOf(kept: RateState | undefined, { limit }: Draw, now: number): RateState {
  if (kept?.version !== 2) return ratePolicy.start(limit, now)
  if (kept.told?.perMinute !== limit.perMinute) return ratePolicy.start(limit, now)
  // If the clock was set back, the policy would wait for times that now lie in the future.
  const ahead = kept.times.seen - now
  if (ahead <= 0) return kept
  const times = Object.entries(kept.times).map(([name, time]) => [name, time === 0 ? 0 : time - ahead])
  return { ...kept, times: Object.fromEntries(times) as RateState['times'] }
}

/** Why the request has to wait; undefined if it may go now. */
export function waitOf(
  draws: readonly Draw[],
  states: readonly RateState[],
  now: number,
): BudgetWait | undefined {
  let longest: BudgetWait | undefined
  for (const [i, { amount }] of draws.entries()) {
    const state = states[i]
    if (!state || ratePolicy.wait(state, amount, now) <= 0) continue
    const wait = ratePolicy.why(state, amount, now)
    if (!longest || wait.waitMs > longest.waitMs) longest = wait
  }
  return longest
}

/** The states after the event. */
export function statesAfter(
  draws: readonly Draw[],
  states: readonly RateState[],
  event: RequestEvent,
  now: number,
): RateState[] {
  return draws.flatMap((draw, i) => {
    const state = states[i]
    return state ? [ratePolicy.after(state, eventFor(draw, event), now)] : []
  })
}

/**
 * A fixed limit learns nothing from answers, and a refused request may have counted against it too: `failed` leaves its
 * bucket as it is.
 */
function eventFor({ amount, isFixed }: Draw, event: RequestEvent): BudgetEvent {
  switch (event.is) {
    case 'disproved':
      return { is: isFixed ? 'withdrawn' : 'disproved', amount }
    case 'accepted':
      if (isFixed) return { is: 'failed', amount }
      return { is: 'accepted', expected: amount, actual: event.tokens ?? amount }
    case 'refused': {
      if (isFixed) return { is: 'failed', amount }
      const { sentAt, retryAfterMs } = event
      return { is: 'refused', amount, sentAt, ...(retryAfterMs ? { retryAfterMs } : {}) }
    }
    default:
      return { is: event.is, amount }
  }
}
