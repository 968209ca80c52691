import {
  LONGEST_RETRY_AFTER,
  PineconeApiError,
  PineconeQuotaError,
  PineconeRateLimitError,
} from '../errors/api-error.js'
import type { PineconeInferenceError } from '../errors/inference-error.js'
import { isWorthAnotherAttempt } from '../errors/no-answer.js'

/** Whether a failed request may be sent again. That is safe, because none of the four endpoints changes anything. */
export function canRetry(error: PineconeInferenceError, failures: number, maxRetries: number): boolean {
  if (!isWorthAnotherAttempt(error) || maxRetries === 0 || failures > maxRetries) return false
  return !(error instanceof PineconeApiError && (error.retryAfterMs ?? 0) > LONGEST_RETRY_AFTER)
}

/** When a failed request is sent again. */
export interface Retry {
  /**
   * True: it waits in line, so that others of its model do not overtake it. False: it joins the line after the delay.
   */
  readonly isInLine: boolean
  /** Minimum delay in milliseconds; absent if the budget alone decides when it goes. */
  readonly delayMs?: number
}

/**
 * After a 429 the request waits in line; after any other failure others may take its place meanwhile. The delay is the
 * answer's `Retry-After`, or a backoff if that is absent or 0.
 *
 * @param waitsByItself after a 429: the budget lets other requests go meanwhile
 */
export function retryAfter(error: PineconeInferenceError, attempts: number, waitsByItself: boolean): Retry {
  const asked = error instanceof PineconeApiError ? error.retryAfterMs : undefined
  const delayMs = asked || backoff(attempts - 1)
  if (!(error instanceof PineconeRateLimitError)) return { isInLine: false, delayMs }
  return waitsByItself ? { isInLine: true, delayMs } : { isInLine: true }
}

const BASE = 500
const CAP = 30_000

/**
 * Milliseconds before retry number `retry` (0 is the first): exponential backoff with full jitter, between 0 and 500, 1
 * 000, 2 000 … at most 30 000. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoff(retry: number, random: () => number = Math.random): number {
  return random() * Math.min(CAP, BASE * 2 ** retry)
}

/**
 * One retry is earned by this many requests that succeed without one, so in the long run the retries of requests that
 * fail for good are at most a tenth of those.
 */
const REQUESTS_PER_RETRY = 10
/** Retries that may be in flight, or have failed, before one succeeds. */
const RESERVE = 100

/**
 * Caps the retries, other than after a 429, across all calls of a client, so that they do not make an outage worse. A
 * retry takes one from the reserve. A request that succeeds puts back what it took.
 */
export class RetryAllowance {
  /** In requests, not retries, because ten tenths would add up to less than one. */
  #left = RESERVE * REQUESTS_PER_RETRY

  /** Takes one retry if any is left; returns whether one was. */
  take(): boolean {
    if (this.#left < REQUESTS_PER_RETRY) return false
    this.#left -= REQUESTS_PER_RETRY
    return true
  }

  /** A retry was taken, but not sent after all. */
  giveBack(): void {
    this.succeeded(1)
  }

  /** A request succeeded after taking this many retries. */
  succeeded(taken: number): void {
    const earned = taken === 0 ? 1 : taken * REQUESTS_PER_RETRY
    this.#left = Math.min(RESERVE * REQUESTS_PER_RETRY, this.#left + earned)
  }
}

/**
 * Milliseconds. Longer than the minute that the service's budgets cover, so that a budget used up at the start has been
 * refilled by then.
 */
const LASTING = 75_000

/** Weight of one request in the moving average of refusals. */
const SHARE_WEIGHT = 0.04
/** Accepted probability, per request, that chance ends a bulk call. */
const BY_CHANCE = 1e-9

/** Whether the service refuses every request of one model and input type, and since when. */
export class Refusals {
  #since: number | undefined
  #last = 0
  #count = 0
  #acceptedAt = Number.NEGATIVE_INFINITY
  /** Moving average of the share of requests that is refused. */
  #share = 0

  /** A request was accepted. */
  accepted(now: number): void {
    this.#acceptedAt = now
    this.#since = undefined
    this.#share *= 1 - SHARE_WEIGHT
  }

  /** A request that was sent at `sentAt` got a 429. */
  refused(sentAt: number, now: number): void {
    // A much later refusal starts a new count.
    if (this.#since === undefined || now - this.#last > 2 * LASTING) {
      this.#since = sentAt
      this.#count = 0
    }
    this.#last = now
    this.#count++
    this.#share += SHARE_WEIGHT * (1 - this.#share)
  }

  /** Whether anything was accepted since then. If so, a request refused meanwhile may itself be at fault. */
  acceptedSince(since: number): boolean {
    return this.#acceptedAt > since
  }

  /** Whether one request may be refused this often by chance, given how often others are. */
  mayBeChance(refusals: number): boolean {
    return this.#share ** refusals > BY_CHANCE
  }

  /** The error that ends the call once nothing has been accepted for this long despite retries. */
  lastingError(error: PineconeRateLimitError, name: string): PineconeQuotaError | undefined {
    const elapsed = this.#since === undefined ? 0 : this.#last - this.#since
    if (elapsed < LASTING || this.#count < 2) return undefined
    const { status, code, details, requestId, retryAfterMs, attempts } = error
    const lasting = new PineconeQuotaError(
      `No request for ${name} was accepted for ${Math.round(elapsed / 1000)} s, in ${this.#count} attempts; the last: ${error.message}`,
      { status, code, details, requestId, retryAfterMs },
      'unknown',
    )
    if (attempts !== undefined) lasting.attempts = attempts
    return lasting
  }
}

/** Milliseconds. Short, because a plan can be upgraded at any time. */
const ASKED_AGAIN_AFTER = 60_000

/**
 * Whether a model's monthly quota is used up. A 429 that says so applies to every request of the model: for a minute no
 * more are sent, and calls fail with that error. Then one request may find out whether it still applies. If a request
 * that was in flight is accepted, the error is forgotten at once.
 */
export class MonthlyQuota {
  #usedUp: { readonly error: PineconeQuotaError; readonly at: number } | undefined

  usedUp(error: PineconeQuotaError, now: number): void {
    this.#usedUp = { error, at: now }
  }

  accepted(): void {
    this.#usedUp = undefined
  }

  /** Milliseconds until the model may be asked again; 0 if it may be asked now. */
  wait(now: number): number {
    return this.#usedUp ? Math.max(0, this.#usedUp.at + ASKED_AGAIN_AFTER - now) : 0
  }

  /** The error for a call that would ask now. New each time, because each call attaches what it has finished. */
  refusal(now: number): PineconeQuotaError | undefined {
    const wait = this.wait(now)
    if (!this.#usedUp || wait === 0) return undefined
    const { error, at } = this.#usedUp
    return new PineconeQuotaError(
      `${error.message} (answered ${seconds(now - at)} ago; nothing was sent, and the model is asked again in ${seconds(wait)})`,
      error,
      error.quota,
      { cause: error },
    )
  }
}

function seconds(milliseconds: number): string {
  return `${Math.ceil(milliseconds / 1000)} s`
}
