import { planLimits } from '../../../../spec/rate-limits.js'
import type { BudgetRequest, BudgetWait, RateLimit } from './budget.js'
import { type BudgetEvent, ratePolicy } from './policy/rate-policy.js'
import type { Limit, RateState } from './policy/rate-state.js'

/** What a request draws on: one state of the policy each. */
export interface Draw {
  readonly key: string
  readonly limit: Limit
  readonly amount: number
  /** Whether what is told of the limit is all there is to know; another draw of the request learns from 429s. */
  readonly isFixed: boolean
}

/** Seconds' worth of the 100 requests a second that may go at once: few, as more would be refused within that second. */
const BURST_WITHIN_A_SECOND = 0.1

/** The limits that a request counts for. The first is that of its model and input type, and is learned from 429s. */
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

/** How a request ended, or that it was sent. */
export type Happening =
  | { readonly is: 'sent' | 'withdrawn' | 'disproved' | 'failed' }
  | { readonly is: 'accepted'; readonly tokens: number | undefined }
  | { readonly is: 'refused'; readonly sentAt: number; readonly retryAfterMs: number | undefined }

/** The state that was kept, as far as it is of use: of this version and limit. */
export function stateOf(kept: RateState | undefined, { limit }: Draw, now: number): RateState {
  if (kept?.version !== 2) return ratePolicy.start(limit, now)
  if (kept.told?.perMinute !== limit.perMinute) return ratePolicy.start(limit, now)
  // After a clock was set back, what lies ahead would be waited for.
  const ahead = kept.times.seen - now
  if (ahead <= 0) return kept
  const times = Object.entries(kept.times).map(([name, time]) => [name, time === 0 ? 0 : time - ahead])
  return { ...kept, times: Object.fromEntries(times) as RateState['times'] }
}

/** Why the request has to wait, or undefined if it may go now. */
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

/** The states after it. */
export function statesAfter(
  draws: readonly Draw[],
  states: readonly RateState[],
  happening: Happening,
  now: number,
): RateState[] {
  return draws.flatMap((draw, i) => {
    const state = states[i]
    return state ? [ratePolicy.after(state, eventFor(draw, happening), now)] : []
  })
}

function eventFor({ amount, isFixed }: Draw, happening: Happening): BudgetEvent {
  switch (happening.is) {
    case 'disproved':
      return { is: isFixed ? 'withdrawn' : 'disproved', amount }
    case 'accepted':
      if (isFixed) return { is: 'failed', amount }
      return { is: 'accepted', expected: amount, actual: happening.tokens ?? amount }
    case 'refused': {
      if (isFixed) return { is: 'failed', amount }
      const { sentAt, retryAfterMs } = happening
      return { is: 'refused', amount, sentAt, ...(retryAfterMs ? { retryAfterMs } : {}) }
    }
    default:
      return { is: happening.is, amount }
  }
}
