/**
 * A token bucket: holds up to `capacity`, refilled at a steady rate. Whatever is larger than the capacity may
 * be taken from a full bucket and leaves a debt, so that nothing waits forever.
 *
 * Amounts are in any unit; times are milliseconds of one monotonic clock.
 */
export class TokenBucket {
  readonly #capacity: number
  #level: number
  #perMillisecond: number
  #refilledAt: number

  constructor(options: { capacity: number; perMinute: number; now: number }) {
    this.#capacity = options.capacity
    this.#level = options.capacity
    this.#perMillisecond = options.perMinute / 60_000
    this.#refilledAt = options.now
  }

  /** Milliseconds until `amount` may be taken; 0 if it may be now. */
  waitFor(amount: number, now: number): number {
    this.#refill(now)
    const missing = Math.min(amount, this.#capacity) - this.#level
    return missing <= 0 ? 0 : missing / this.#perMillisecond
  }

  /** Takes `amount`, or gives it back if it is negative. */
  take(amount: number, now: number): void {
    this.#refill(now)
    this.#level = Math.min(this.#capacity, this.#level - amount)
  }

  /** There is nothing left after all, and `debt` is still to come in before anything may go. */
  drain(debt: number, now: number): void {
    this.#refill(now)
    this.#level = -debt
  }

  /** Refills at another rate from now on. */
  setRate(perMinute: number, now: number): void {
    this.#refill(now)
    this.#perMillisecond = perMinute / 60_000
  }

  #refill(now: number): void {
    this.#level = Math.min(this.#capacity, this.#level + (now - this.#refilledAt) * this.#perMillisecond)
    this.#refilledAt = now
  }
}
