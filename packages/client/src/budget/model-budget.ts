import { backoff } from '../delivery/backoff.js'
import type { Call } from '../delivery/call.js'
import { WaitingLine } from '../delivery/waiting-line.js'
import type { Admission } from './admission.js'
import { LearnedRate } from './learned-rate.js'
import type { TokenBucket } from './token-bucket.js'

interface Waiter {
  readonly call: Call
  readonly urgent: boolean
  readonly amount: number
  enter(admission: Admission): void
}

/** The buckets of a configured `rateLimit` that a request draws from. */
export interface ConfiguredBuckets {
  readonly tokens: TokenBucket | undefined
  readonly requests: TokenBucket | undefined
}

/**
 * Lets the requests of one model and input type go as its budget allows: the configured one, the one learned
 * from 429s, and none at all while the service has asked to wait.
 */
export class ModelBudget {
  readonly #configured: ConfiguredBuckets
  readonly #learned = new LearnedRate()
  readonly #line = new WaitingLine<Waiter>()
  #inFlight = 0
  #idleSince = 0
  #heldUntil = 0
  #timer: NodeJS.Timeout | undefined

  constructor(configured: ConfiguredBuckets) {
    this.#configured = configured
  }

  /**
   * Resolves when the request may be sent; rejects when the call is stopped.
   *
   * @param amount tokens, estimated (1 for a rerank)
   * @param urgent a request sent before and refused: it goes ahead of those not sent yet
   */
  admit(amount: number, urgent: boolean, call: Call): Promise<Admission> {
    const now = performance.now()
    if (this.#inFlight === 0 && !this.#line.peek()) this.#learned.resumed(this.#idleSince, now)
    if (!this.#line.peek() && this.#waitFor(amount, now) === 0)
      return Promise.resolve(this.#enter(amount, now))
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        call,
        urgent,
        amount,
        enter(admission) {
          stopListening()
          resolve(admission)
        },
      }
      const stopListening = call.onStop((reason) => {
        stopListening()
        this.#line.remove(waiter)
        this.#serve()
        reject(reason)
      })
      this.#line.add(waiter)
      this.#serve()
    })
  }

  /** Lets in whoever may go now and wakes again when the next one may. */
  readonly #serve = () => {
    clearTimeout(this.#timer)
    for (let next = this.#line.peek(); next; next = this.#line.peek()) {
      const now = performance.now()
      const wait = this.#waitFor(next.amount, now)
      if (wait > 0) {
        this.#timer = setTimeout(this.#serve, Math.ceil(wait))
        return
      }
      this.#line.next()
      next.enter(this.#enter(next.amount, now))
    }
  }

  #waitFor(amount: number, now: number): number {
    return Math.max(
      this.#heldUntil - now,
      this.#configured.tokens?.waitFor(amount, now) ?? 0,
      this.#configured.requests?.waitFor(1, now) ?? 0,
      this.#learned.waitFor(amount, now),
      0,
    )
  }

  #enter(amount: number, admittedAt: number): Admission {
    const { tokens, requests } = this.#configured
    tokens?.take(amount, admittedAt)
    requests?.take(1, admittedAt)
    this.#learned.take(amount, admittedAt)
    this.#inFlight++

    const leave = () => {
      const now = performance.now()
      this.#inFlight--
      this.#idleSince = now
      return now
    }
    return {
      accepted: (actual) => {
        const now = leave()
        tokens?.take(actual - amount, now)
        this.#learned.take(actual - amount, now)
        this.#learned.accepted(actual, admittedAt, this.#inFlight + 1, now)
        this.#serve()
      },
      refused: (retryAfterMs, retry) => {
        const now = leave()
        // The service has less left than was thought, for this request in particular.
        tokens?.drain(now)
        this.#learned.refused(amount, admittedAt, retryAfterMs, now)
        this.#heldUntil = Math.max(this.#heldUntil, now + (retryAfterMs ?? backoff(retry)))
        this.#serve()
      },
      failed: () => void leave(),
    }
  }
}
