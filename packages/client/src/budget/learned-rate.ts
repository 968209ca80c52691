import { TokenBucket } from './token-bucket.js'

/** After a 429 the rate falls to this share of what the service was seen to accept. */
const DECREASE = 0.92
/** With nothing accepted since the last 429, it halves. */
const BLIND_DECREASE = 0.5
/** Growth per accepted request until a second 429 has shown where the limit is. */
const SEARCH_GROWTH = 0.05
/**
 * Growth per accepted request after that, shared by the requests in flight, each of which may be refused when
 * it becomes too much.
 */
const CAREFUL_GROWTH = 0.004
/** Without a `Retry-After` the first guess is that the refused request would have fitted into so many ms. */
const BLIND_WAIT = 15_000
/** The limits are per minute: after a minute without a request the whole budget is there again. */
const FORGET_AFTER = 60_000

/**
 * What a model's limit seems to be, learned from 429s: additive increase and multiplicative decrease around the
 * rate that was accepted between one 429 and the next. Before the first 429 nothing waits.
 *
 * Amounts are tokens, or requests for a reranker. Times are milliseconds of one monotonic clock.
 */
export class LearnedRate {
  /** Paces requests at the rate, without a burst. */
  #pace: TokenBucket | undefined
  #perMinute = 0
  #searching = true
  /** Since when `#accepted` counts. */
  #since = 0
  #accepted = 0
  #decreasedAt = Number.NEGATIVE_INFINITY

  /** Milliseconds until the next request may go. */
  waitFor(amount: number, now: number): number {
    return this.#pace?.waitFor(amount, now) ?? 0
  }

  take(amount: number, now: number): void {
    this.#pace?.take(amount, now)
  }

  /** The service took a request that was admitted at `admittedAt`. */
  accepted(amount: number, admittedAt: number, inFlight: number, now: number): void {
    if (!this.#pace) return
    if (admittedAt >= this.#since) this.#accepted += amount
    const growth = this.#searching ? SEARCH_GROWTH : CAREFUL_GROWTH / Math.max(1, inFlight)
    this.#setRate(this.#perMinute * (1 + growth), now)
  }

  /** The service refused a request that was admitted at `admittedAt`, and did not count it. */
  refused(amount: number, admittedAt: number, retryAfterMs: number | undefined, now: number): void {
    this.#pace?.take(-amount, now)
    // Sent before the last decrease: no news.
    if (admittedAt < this.#decreasedAt) return
    if (this.#pace) {
      const seen = (this.#accepted / Math.max(1, now - this.#since)) * 60_000
      this.#setRate(
        seen > 0 ? Math.min(this.#perMinute, seen) * DECREASE : this.#perMinute * BLIND_DECREASE,
        now,
      )
      this.#searching = seen === 0
    } else {
      // Retry-After says when there is room for this request; it is rounded up, so the limit is rather higher.
      this.#setRate((amount / Math.max(1, retryAfterMs ?? BLIND_WAIT)) * 60_000, now)
    }
    this.#decreasedAt = now
    this.#since = now
    this.#accepted = 0
  }

  /** Requests come again after none since `idleSince`: what was accepted before says nothing about the limit. */
  resumed(idleSince: number, now: number): void {
    this.#since = now
    this.#accepted = 0
    if (now - idleSince >= FORGET_AFTER) {
      this.#pace = undefined
      this.#searching = true
    }
  }

  #setRate(perMinute: number, now: number): void {
    this.#perMinute = perMinute
    if (this.#pace) this.#pace.setRate(perMinute, now)
    else this.#pace = new TokenBucket({ capacity: 0, perMinute, now })
  }
}
