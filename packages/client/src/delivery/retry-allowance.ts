/** Requests that succeed at once earn one retry, so that in the long run retries are at most a tenth of the load. */
const REQUESTS_PER_RETRY = 10
/** Retries that may be under way or lost before any has succeeded. */
const RESERVE = 100

/**
 * Caps the share of retries over all calls of a client, so that an outage is not made worse by everyone asking
 * again: a retry takes one from the reserve, its success puts it back.
 */
export class RetryAllowance {
  /** In requests: whole numbers, as ten tenths would come to less than one. */
  #left = RESERVE * REQUESTS_PER_RETRY

  /** Whether one more retry is allowed; if so it is taken. */
  take(): boolean {
    if (this.#left < REQUESTS_PER_RETRY) return false
    this.#left -= REQUESTS_PER_RETRY
    return true
  }

  /** A retry that was taken is not sent after all. */
  giveBack(): void {
    this.succeeded(1)
  }

  /** A request succeeded, with so many retries taken from here. */
  succeeded(taken: number): void {
    const earned = taken === 0 ? 1 : taken * REQUESTS_PER_RETRY
    this.#left = Math.min(RESERVE * REQUESTS_PER_RETRY, this.#left + earned)
  }
}
