/** A request's leave to be sent. Exactly one of the three is called when it is over. */
export interface Admission {
  /** The service answered and counted so many tokens (1 for a rerank). */
  accepted(amount: number): void
  /** The service answered 429; `retryAfterMs` if it said when to come back. */
  refused(retryAfterMs: number | undefined, retry: number): void
  /** Anything else: whether the service counted it is not known. */
  failed(): void
}
