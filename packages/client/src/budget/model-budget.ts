import { LearnedRate, MINUTE } from './learned-rate.js'
import type { TokenBucket } from './token-bucket.js'

/** The buckets of a configured `rateLimit` that a request draws from. */
export interface ConfiguredBuckets {
  readonly tokens?: TokenBucket | undefined
  readonly requests?: TokenBucket | undefined
}

/**
 * When the next request of one model and input type may go: by the configured budget, by the one learned from
 * 429s, and not at all while the service has asked to wait.
 *
 * Amounts are tokens, or requests for a reranker. Times are milliseconds of one monotonic clock.
 */
export class ModelBudget {
  readonly #configured: ConfiguredBuckets
  readonly #learned: LearnedRate
  #inFlight = 0
  #idleSince: number
  #heldUntil = 0

  constructor(configured: ConfiguredBuckets, now: number) {
    this.#configured = configured
    this.#learned = new LearnedRate(now)
    this.#idleSince = now
  }

  /** Milliseconds until a request of this amount may go; 0 if it may now. */
  waitFor(amount: number, now: number): number {
    if (this.#inFlight === 0) this.#learned.resumed(this.#idleSince, now)
    return Math.max(
      this.#heldUntil - now,
      this.#configured.tokens?.waitFor(amount, now) ?? 0,
      this.#configured.requests?.waitFor(1, now) ?? 0,
      Math.min(this.#learned.waitFor(amount, now), this.#untilForgotten(now)),
      0,
    )
  }

  /** Milliseconds until what was learned is forgotten, if nothing is sent. */
  #untilForgotten(now: number): number {
    return this.#inFlight === 0 ? this.#idleSince + MINUTE - now : Number.POSITIVE_INFINITY
  }

  /** A request goes, and is expected to be counted with this amount. */
  enter(amount: number, now: number): void {
    this.#configured.tokens?.take(amount, now)
    this.#configured.requests?.take(1, now)
    this.#learned.take(amount, now)
    this.#inFlight++
  }

  /** The service answered, and counted `actual`. */
  accepted(expected: number, actual: number, now: number): void {
    this.#configured.tokens?.take(actual - expected, now)
    this.#learned.take(actual - expected, now)
    this.#learned.accepted(actual, this.#inFlight, now)
    this.#left(now)
  }

  /**
   * The service answered 429. It has less left than was thought: nothing goes for `holdMs`.
   *
   * @param retryAfterMs what the service asked for, if it did
   */
  refused(
    amount: number,
    times: { enteredAt: number; retryAfterMs: number | undefined; holdMs: number },
    now: number,
  ): void {
    this.#configured.tokens?.drain(0, now)
    this.#learned.refused(amount, times.enteredAt, times.retryAfterMs, now)
    this.#heldUntil = Math.max(this.#heldUntil, now + times.holdMs)
    this.#left(now)
  }

  /** It is not sent after all, and gives back what it took. */
  withdrawn(amount: number, now: number): void {
    this.#configured.tokens?.take(-amount, now)
    this.#configured.requests?.take(-1, now)
    this.#learned.take(-amount, now)
    this.#inFlight--
  }

  /** It ended some other way: whether the service counted it is not known. */
  failed(now: number): void {
    this.#left(now)
  }

  #left(now: number): void {
    this.#inFlight--
    this.#idleSince = now
  }
}
