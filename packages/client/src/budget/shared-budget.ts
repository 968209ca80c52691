/** What a request is expected to draw from a budget. */
export interface BudgetRequest {
  /** The model, or the route of a request that is for none. */
  readonly model: string
  readonly inputType?: string
  /** Tokens, estimated from the bytes of the texts. Absent for what counts as one request. */
  readonly tokens?: number
}

/** A request that was let in. When it has ended, one of these is called, once. */
export interface BudgetEntry {
  /** The service answered, and counted so many tokens. */
  accepted(tokens: number | undefined): void
  /** The service answered 429 and counted nothing; it asked for that many milliseconds, or for none. */
  refused(retryAfterMs: number | undefined): void
  /** It ended some other way: whether the service counted it is not known. */
  failed(): void
}

/**
 * A budget outside of this process, which several clients draw from: `RedisBudget` of `@pinecone-inference/bullmq`
 * is one.
 */
export interface SharedBudget {
  /** Resolves when the request may go. Rejects with the signal's reason. */
  enter(request: BudgetRequest, signal: AbortSignal): Promise<BudgetEntry>
}
