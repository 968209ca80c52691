import { PineconeQuotaError } from '../errors/api-error.js'

/** Milliseconds. Short, as a plan can be upgraded at any time. */
const NOT_ASKED = 60_000

/**
 * Whether a model's quota of the month is used up. A 429 that says so holds for every request of the model: for a minute
 * nothing more of it is sent, and its calls end with that error. Then a request may find out whether it still holds. If
 * one that was on the wire is accepted after all, it is forgotten at once.
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

  /** What a call ends with that would ask now: a new error each time, as a call notes on it what it has finished. */
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
