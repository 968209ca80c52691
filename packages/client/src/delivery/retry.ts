import {
  LONGEST_RETRY_AFTER,
  PineconeApiError,
  PineconeQuotaError,
  PineconeRateLimitError,
} from '../errors/api-error.js'
import type { PineconeInferenceError } from '../errors/inference-error.js'
import { isWorthAnotherAttempt } from '../errors/no-answer.js'

/** Whether a failed request may be sent again. All four endpoints only compute, so that is safe. */
export function canRetry(error: PineconeInferenceError, failures: number, maxRetries: number): boolean {
  if (!isWorthAnotherAttempt(error) || maxRetries === 0 || failures > maxRetries) return false
  return !(error instanceof PineconeApiError && (error.retryAfterMs ?? 0) > LONGEST_RETRY_AFTER)
}

/** When a failed request is sent again. */
export interface Retry {
  /** Whether it waits in line, so that others of its model do not overtake it; otherwise it joins the line afterwards. */
  readonly isInLine: boolean
  /** Milliseconds that it waits at least; absent where the budget alone says when. */
  readonly delayMs?: number
}

/**
 * After a 429 the request waits in line; after any other failure it leaves its place to others meanwhile. The delay is the
 * answer's `Retry-After`, or a backoff where that is absent or 0.
 *
 * @param waitsByItself after a 429: the budget lets others go meanwhile
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
 * Milliseconds before retry number `retry` (0 is the first): exponential with full jitter, between 0 and
 * 500, 1 000, 2 000 … at most 30 000.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoff(retry: number, random: () => number = Math.random): number {
  return random() * Math.min(CAP, BASE * 2 ** retry)
}

/** Requests that succeed at once earn one retry, so that in the long run retries are at most a tenth of the load. */
const REQUESTS_PER_RETRY = 10
/** Retries that may be under way or lost before any has succeeded. */
const RESERVE = 100

/**
 * Caps the share of retries over all calls of a client, so that an outage is not made worse by everyone asking
 * again: a retry takes one from the reserve, its success puts it back.
 */
export class RetryAllowance {
  /** In requests: whole numbers, as ten tenths would come to less than one. */
  #left = RESERVE * REQUESTS_PER_RETRY

  /** Whether one more retry is allowed; if so it is taken. */
  take(): boolean {
    if (this.#left < REQUESTS_PER_RETRY) return false
    this.#left -= REQUESTS_PER_RETRY
    return true
  }

  /** A retry that was taken is not sent after all. */
  giveBack(): void {
    this.succeeded(1)
  }

  /** A request succeeded, with so many retries taken from here. */
  succeeded(taken: number): void {
    const earned = taken === 0 ? 1 : taken * REQUESTS_PER_RETRY
    this.#left = Math.min(RESERVE * REQUESTS_PER_RETRY, this.#left + earned)
  }
}

/**
 * Milliseconds. Longer than the minute that the service's budgets are for, so that one that was spent when it began is
 * there again.
 */
const LASTING = 75_000

/** Weight of one request in the share that is refused. */
const SHARE_WEIGHT = 0.04
/** So often may chance end a bulk call: once in so many of its requests. */
const BY_CHANCE = 1e-9

/** Whether the service refuses everything of one model and input type, and for how long it has. */
export class Refusals {
  #since: number | undefined
  #last = 0
  #count = 0
  #acceptedAt = Number.NEGATIVE_INFINITY
  /** Of the last requests, how many were refused. */
  #share = 0

  /** Something was accepted. */
  accepted(now: number): void {
    this.#acceptedAt = now
    this.#since = undefined
    this.#share *= 1 - SHARE_WEIGHT
  }

  /** A 429 to a request that was sent at `sentAt`. */
  refused(sentAt: number, now: number): void {
    // A refusal much later starts a new count.
    if (this.#since === undefined || now - this.#last > 2 * LASTING) {
      this.#since = sentAt
      this.#count = 0
    }
    this.#last = now
    this.#count++
    this.#share += SHARE_WEIGHT * (1 - this.#share)
  }

  /** Whether anything was accepted since then: a request that was refused meanwhile is itself at fault, perhaps. */
  isPassed(since: number): boolean {
    return this.#acceptedAt > since
  }

  /** Whether so many refusals of one request may be chance, as others are refused as well. */
  areChance(refusals: number): boolean {
    return this.#share ** refusals > BY_CHANCE
  }

  /** The error that ends the call if nothing has been accepted for so long, in spite of retries. */
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

/** Milliseconds. Short, as a plan can be upgraded at any time. */
const NOT_ASKED = 60_000

/**
 * Whether a model's quota of the month is used up. A 429 that says so holds for every request of the model: for a
 * minute nothing more of it is sent, and its calls end with that error. Then a request may find out whether it still
 * holds. If one that was on the wire is accepted after all, it is forgotten at once.
 */
export class Month {
  #usedUp: { readonly error: PineconeQuotaError; readonly at: number } | undefined

  usedUp(error: PineconeQuotaError, now: number): void {
    this.#usedUp = { error, at: now }
  }

  accepted(): void {
    this.#usedUp = undefined
  }

  /** Milliseconds until the model is asked again; 0 where it may be asked now. */
  wait(now: number): number {
    return this.#usedUp ? Math.max(0, this.#usedUp.at + NOT_ASKED - now) : 0
  }

  /** The error for a call that would ask now: a new one each time, because a call adds what it has finished. */
  refusal(now: number): PineconeQuotaError | undefined {
    const wait = this.wait(now)
    if (!this.#usedUp || wait === 0) return undefined
    const { error, at } = this.#usedUp
    return new PineconeQuotaError(
      `${error.message} (answered ${seconds(now - at)} ago; not sent, the model is asked again in ${seconds(wait)})`,
      error,
      error.quota,
      { cause: error },
    )
  }
}

function seconds(milliseconds: number): string {
  return `${Math.ceil(milliseconds / 1000)} s`
}
