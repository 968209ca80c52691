import { TokenBucket } from './token-bucket.js'

/** Share of the rate that is left after a 429. */
const DECREASE = 0.85
/** The same, where nothing at all was accepted since the last 429. */
const BLIND_DECREASE = 0.5
/** Milliseconds between requests to begin with, where neither the service nor what it accepted says more. */
const BLIND_INTERVAL = 1000
/** Growth per accepted request until a second 429 has shown that the first guess is high enough. */
const SEARCH_GROWTH = 0.015
/**
 * Growth per accepted request after that, shared by the requests in flight, each of which may be refused when
 * it becomes too much.
 */
const CAREFUL_GROWTH = 0.003
/** Growth per accepted request back to the rate before a row of 429s, which may have been an outage and no limit. */
const RECOVERY_GROWTH = 1
/** So many accepted requests between two 429s show the limit itself. */
const EVIDENCE = 8
/** The limits are per minute: so much may have been saved up, and is again after that long without a request. */
export const MINUTE = 60_000

/**
 * What a model's limit seems to be, learned from 429s; before the first one nothing waits.
 *
 * The first guess follows from what was accepted until then, taking it that a minute's budget was there at the
 * start. From there on additive increase and multiplicative decrease: what is left unused below the limit is
 * saved up by the service's bucket and used when the rate is above it, so the two balance.
 *
 * Amounts are tokens, or requests for a reranker. Times are milliseconds of one monotonic clock.
 */
export class LearnedRate {
  /** Paces requests at the rate, without a burst. */
  #pace: TokenBucket | undefined
  #perMinute = 0
  #searching = true
  /** The rate before everything was refused; 0 where there is none to go back to. */
  #recoverTo = 0
  /** Since when `#accepted` counts. */
  #since: number
  #accepted = { requests: 0, amount: 0 }
  #decreasedAt = Number.NEGATIVE_INFINITY

  constructor(now: number) {
    this.#since = now
  }

  /** Milliseconds until the next request may go. */
  waitFor(amount: number, now: number): number {
    return this.#pace?.waitFor(amount, now) ?? 0
  }

  take(amount: number, now: number): void {
    this.#pace?.take(amount, now)
  }

  /** The service took a request. */
  accepted(amount: number, inFlight: number, now: number): void {
    this.#forgetOld(now)
    this.#accepted.requests++
    this.#accepted.amount += amount
    if (!this.#pace) return
    if (this.#perMinute < this.#recoverTo) {
      this.#setRate(Math.min(this.#recoverTo, this.#perMinute * (1 + RECOVERY_GROWTH)), now)
      return
    }
    const growth = this.#searching ? SEARCH_GROWTH : CAREFUL_GROWTH / Math.max(1, inFlight)
    this.#setRate(this.#perMinute * (1 + growth), now)
  }

  /** The service refused a request that was admitted at `admittedAt`, and counted nothing for it. */
  refused(amount: number, admittedAt: number, retryAfterMs: number | undefined, now: number): void {
    // One admitted before the last decrease brings no news.
    if (admittedAt >= this.#decreasedAt) this.#decrease(amount, retryAfterMs, now)
    // There is nothing left now. Unless the service says when to come back, wait until there should be.
    this.#pace?.drain(retryAfterMs === undefined ? amount : 0, now)
  }

  #decrease(amount: number, retryAfterMs: number | undefined, now: number): void {
    this.#forgetOld(now)
    const elapsed = Math.max(1, now - this.#since)
    this.#decreasedAt = now
    if (!this.#pace) {
      this.#setRate(this.#firstGuess(amount, retryAfterMs, elapsed), now)
      this.#countFrom(now)
      return
    }
    this.#searching = false
    if (this.#accepted.requests === 0) {
      this.#recoverTo = Math.max(this.#recoverTo, this.#perMinute)
      this.#setRate(this.#perMinute * BLIND_DECREASE, now)
      return
    }
    // Refused in between others that were accepted: this is the limit, and no outage.
    this.#recoverTo = 0
    if (this.#accepted.requests < EVIDENCE) {
      this.#setRate(this.#perMinute * DECREASE, now)
      return
    }
    const seen = (this.#accepted.amount / elapsed) * MINUTE
    // Less may have been seen because less was wanted.
    const atMost = Math.min(this.#perMinute * DECREASE, seen)
    this.#setRate(Math.max(atMost, this.#perMinute * BLIND_DECREASE), now)
    this.#countFrom(now)
  }

  #firstGuess(amount: number, retryAfterMs: number | undefined, elapsed: number): number {
    const withSavings = (this.#accepted.amount / (MINUTE + elapsed)) * MINUTE
    if (this.#accepted.amount >= EVIDENCE * amount) return withSavings
    // Someone else has spent the savings; Retry-After says how long the service takes to save up for this request.
    return Math.max(withSavings, (amount / (retryAfterMs || BLIND_INTERVAL)) * MINUTE)
  }

  /** What counts is the last minute or so: a job that starts after an hour of a few queries is not measured by them. */
  #forgetOld(now: number): void {
    const elapsed = now - this.#since
    if (elapsed <= 2 * MINUTE) return
    const share = MINUTE / elapsed
    this.#since = now - MINUTE
    this.#accepted.requests *= share
    this.#accepted.amount *= share
  }

  #countFrom(now: number): void {
    this.#since = now
    this.#accepted = { requests: 0, amount: 0 }
  }

  /** Requests come again after none since `idleSince`: after a minute the whole budget is there again. */
  resumed(idleSince: number, now: number): void {
    if (now - idleSince < MINUTE) return
    this.#pace = undefined
    this.#searching = true
    this.#recoverTo = 0
    this.#countFrom(now)
  }

  #setRate(perMinute: number, now: number): void {
    this.#perMinute = perMinute
    if (this.#pace) this.#pace.setRate(perMinute, now)
    else this.#pace = new TokenBucket({ capacity: 0, perMinute, now })
  }
}
