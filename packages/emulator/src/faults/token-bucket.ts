/**
 * A budget per second, minute or month that starts full and refills evenly. It has no clock: the caller passes the time
 * in milliseconds.
 */
export class TokenBucket {
  readonly #size: number
  readonly #period: number
  #level: number
  #updatedAt: number

  /** `size` is what `period` milliseconds refill; a `period` of `Infinity` never refills. */
  constructor(size: number, period: number, now: number) {
    this.#size = size
    this.#period = period
    this.#level = size
    this.#updatedAt = now
  }

  /** Milliseconds until `amount` may be taken; 0 if now. An amount above the whole budget needs only a full bucket. */
  wait(amount: number, now: number): number {
    this.#refill(now)
    const missing = Math.min(amount, this.#size) - this.#level
    return missing <= 0 ? 0 : (missing / this.#size) * this.#period
  }

  /** Takes the amount, into debt if necessary. */
  take(amount: number, now: number): void {
    this.#refill(now)
    this.#level -= amount
  }

  #refill(now: number): void {
    const refill = (Math.max(0, now - this.#updatedAt) / this.#period) * this.#size
    this.#level = Math.min(this.#size, this.#level + refill)
    this.#updatedAt = now
  }
}
