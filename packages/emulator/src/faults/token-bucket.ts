/** A budget per minute that starts full and refills evenly; pure, the caller gives the time in milliseconds. */
export class TokenBucket {
  readonly #perMinute: number
  #level: number
  #updatedAt: number

  constructor(perMinute: number, now: number) {
    this.#perMinute = perMinute
    this.#level = perMinute
    this.#updatedAt = now
  }

  /** Milliseconds until `amount` may be taken; 0 for now. More than a minute's budget only asks for a full bucket. */
  wait(amount: number, now: number): number {
    this.#refill(now)
    const missing = Math.min(amount, this.#perMinute) - this.#level
    return missing <= 0 ? 0 : (missing / this.#perMinute) * 60_000
  }

  /** Takes the amount, into debt if need be. */
  take(amount: number, now: number): void {
    this.#refill(now)
    this.#level -= amount
  }

  #refill(now: number): void {
    const refill = (Math.max(0, now - this.#updatedAt) / 60_000) * this.#perMinute
    this.#level = Math.min(this.#perMinute, this.#level + refill)
    this.#updatedAt = now
  }
}
