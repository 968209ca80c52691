import { PineconeQuotaError, type PineconeRateLimitError } from '../errors/api-error.js'

/**
 * Milliseconds. Longer than the minute that the service's budgets are for, so that one that was spent when it began is
 * there again.
 */
const LASTING = 75_000

/** Whether the service refuses everything of one model and input type, and for how long it has. */
export class Refusals {
  #since: number | undefined
  #last = 0
  #count = 0
  #acceptedAt = Number.NEGATIVE_INFINITY

  /** Something was accepted. */
  accepted(now: number): void {
    this.#acceptedAt = now
    this.#since = undefined
  }

  /** A 429 to a request that was sent at `sentAt`. */
  refused(sentAt: number, now: number): void {
    // Who asks again much later begins anew.
    if (this.#since === undefined || now - this.#last > 2 * LASTING) {
      this.#since = sentAt
      this.#count = 0
    }
    this.#last = now
    this.#count++
  }

  /** Whether anything was accepted since then: a request that was refused meanwhile is itself at fault, perhaps. */
  isPassed(since: number): boolean {
    return this.#acceptedAt > since
  }

  /** What ends the call, where nothing was accepted for so long, although it was asked again. */
  lastingError(
    error: PineconeRateLimitError,
    { model, inputType }: { model: string; inputType?: string | undefined },
  ): PineconeQuotaError | undefined {
    const elapsed = this.#since === undefined ? 0 : this.#last - this.#since
    if (elapsed < LASTING || this.#count < 2) return undefined
    const of = inputType === undefined ? model : `${model} (${inputType})`
    const { status, code, details, requestId, retryAfterMs, attempts } = error
    const lasting = new PineconeQuotaError(
      `Nothing of ${of} was accepted for ${Math.round(elapsed / 1000)} s, although it was asked ${this.#count} times; last, ${error.message}`,
      { status, code, details, requestId, retryAfterMs },
      'unknown',
    )
    if (attempts !== undefined) lasting.attempts = attempts
    return lasting
  }
}
