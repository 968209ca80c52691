import type { BudgetWait } from '../budget.js'
import {
  advance,
  capacity,
  forgotten,
  grownByRequest,
  growthTime,
  type Limit,
  MINUTE,
  type RateState,
  REMEMBERED,
  startState,
} from './rate-state.js'
import { isEvidence, lowered, resumed, weighed } from './refusal.js'

/** What happened to a request. Amounts are tokens, or 1 if the service counts requests. */
export type BudgetEvent =
  | { readonly is: 'sent' | 'withdrawn' | 'disproved' | 'failed'; readonly amount: number }
  | { readonly is: 'accepted'; readonly expected: number; readonly actual: number }
  | {
      readonly is: 'refused'
      readonly amount: number
      readonly sentAt: number
      readonly retryAfterMs?: number
    }

/** Decides when requests may go. Pure: the state is plain JSON, and the time, in milliseconds, is an argument. */
export interface RatePolicy<S> {
  start(limit: Limit, now: number): S
  /** Milliseconds until a request of this amount may go; 0 if it may go now. */
  wait(state: S, amount: number, now: number): number
  after(state: S, event: BudgetEvent, now: number): S
  /** Why a request of this amount waits. */
  why(state: S, amount: number, now: number): BudgetWait
}

/**
 * A probe is the one request that finds out whether the service accepts again. After this many milliseconds it is given
 * up.
 */
const PROBE_TIMEOUT = 30_000
/** Milliseconds. A longer `Retry-After` is obeyed even if the refusal is not counted. */
const TELLING = 5_000

/**
 * One policy for every kind of service: token buckets, fixed windows, random refusals, outages. Its results are in
 * bench/rate-limit/VIRTUAL.md of the repository.
 *
 * A token bucket whose rate grows with time (rate-state.ts) lets requests go (`wait`). Each refusal is weighed
 * (refusal.ts): an isolated one holds back only its own request; if refusals show a limit, all requests are held, and
 * the rate is set somewhat below what was accepted. Similar to TCP's congestion control (RFC 5681, RFC 9438) and to the
 * adaptive retry mode of the AWS SDKs (smithy-lang/smithy-typescript, packages/util-retry/src/DefaultRateLimiter.ts,
 * November 2026), which lowers its rate at each refusal and considers neither random refusals nor bursts.
 */
export const ratePolicy: RatePolicy<RateState> = {
  start: startState,

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
    const advanced = advance(before, now)
    const state = { ...advanced, times: { ...advanced.times, seen: now } }
    switch (event.is) {
      case 'sent':
        return sent(state, event.amount, now)
      case 'withdrawn':
        return { ...state, level: state.level + event.amount, times: { ...state.times, probed: 0 } }
      case 'disproved':
        return disproved(state, event.amount, now)
      case 'failed':
        return { ...state, times: { ...state.times, probed: 0 } }
      case 'accepted':
        return accepted(state, event, now)
      case 'refused':
        return refused(state, event, now)
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
  const counted: RateState = {
    ...state,
    level: state.level + expected - actual,
    ...weighed(state, 0),
    recent: [...state.recent.slice(1 - REMEMBERED), [now, actual]],
    accepted: state.accepted + actual,
    requests: state.requests + 1,
    clean: state.clean + 1,
  }
  return grownByRequest(state.blind > 0 ? resumed(counted, actual, now) : counted)
}

/** Forgets what refusals seemed to say about the rate, and ends any hold. */
function disproved(state: RateState, amount: number, now: number): RateState {
  const { level, times } = state
  return {
    ...forgotten(state),
    level: level + amount,
    blind: 0,
    noise: 0,
    suspicion: 0,
    doubts: 0,
    recent: [],
    times: { ...times, heldUntil: now, decided: now, probed: 0 },
  }
}

function refused(
  state: RateState,
  refusal: { amount: number; sentAt: number; retryAfterMs?: number },
  now: number,
): RateState {
  const { amount, sentAt, retryAfterMs = 0 } = refusal
  const times = { ...state.times, probed: 0 }
  // It was sent before the last decision, so it is not counted.
  if (sentAt <= times.decided) {
    const until = retryAfterMs > TELLING ? now + retryAfterMs : 0
    return { ...state, times: { ...times, heldUntil: Math.max(times.heldUntil, until) } }
  }
  const recent = [...state.recent.slice(1 - REMEMBERED), [now, -amount] as const]
  const weighedState = { ...state, ...weighed(state, 1), recent, times }
  return isEvidence(weighedState, state, now) ? lowered(weighedState, refusal, now) : weighedState
}
