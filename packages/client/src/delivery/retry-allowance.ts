/** Retries that may be under way or lost before any has succeeded. */
const RESERVE = 100
/** What a request that succeeds at once adds, so that in the long run retries are at most a tenth of the load. */
const EARNED = 0.1

/**
 * Caps the share of retries over all calls of a client, so that an outage is not made worse by everyone asking
 * again: a retry takes one from the reserve, its success puts it back.
 */
export class RetryAllowance {
  #left = RESERVE

  /** Whether one more retry is allowed; if so it is taken. */
  take(): boolean {
    if (this.#left < 1) return false
    this.#left--
    return true
  }

  succeeded(retries: number): void {
    this.#left = Math.min(RESERVE, this.#left + (retries === 0 ? EARNED : retries))
  }
}
