/** Per model, and per input type for tokens: as the service counts them. */
export interface RateLimit {
  /**
   * The project's plan: sets the documented limits of each model and input type, of the rerankers' requests, and of the
   * whole project (100 requests a second, 2,000 a minute). The numbers below, where given, override the plan's.
   * Source: https://docs.pinecone.io/reference/api/database-limits/rate-limits (2026-11-28).
   */
  plan?: 'starter' | 'builder' | 'standard' | 'enterprise' | undefined
  /** Tokens per minute that may be embedded. A minute's worth may go at once. */
  tokensPerMinute?: number | undefined
  /** Requests per minute. A minute's worth may go at once. */
  requestsPerMinute?: number | undefined
}

/** What a request is expected to draw from a budget. Look-ups of models draw on none. */
export interface BudgetRequest {
  readonly model: string
  readonly inputType?: string
  /** Tokens, estimated from the bytes of the texts. Absent for what counts as one request. */
  readonly tokens?: number
}

/** Why a request waits, other than for one of the client's own slots. */
export interface BudgetWait {
  /**
   * The configured limit, one learned from 429s, a 429 after which nothing goes for a while or only this request waits,
   * a limit on requests in flight that was learned from 429s, or a shared budget that does not answer.
   */
  readonly reason:
    | 'configured limit'
    | 'learned limit'
    | 'refused'
    | 'learned concurrency'
    | 'shared budget unreachable'
  /**
   * Milliseconds, as far as is known: 0 where it waits for an answer to another request; for a budget that does not
   * answer, until the request fails.
   */
  readonly waitMs: number
  /** How many requests of the model and input type the service takes at a time, where that is the reason. */
  readonly atATime?: number
  /** The limit kept to now, in tokens a minute, or in requests for what counts as one. Absent if none is known. */
  readonly perMinute?: number
}

/** Why the next request of a model and input type waits, and how many are in line. */
export interface ModelWait extends Omit<BudgetWait, 'reason'> {
  readonly model: string
  readonly inputType?: string
  /**
   * Besides what a request can wait for, `month used up`: the service has said so of the month's quota, and until
   * `waitMs` have passed each call of the model ends at once with a `PineconeQuotaError`.
   */
  readonly reason: BudgetWait['reason'] | 'month used up'
  readonly requests: number
}

/** A request that was let in. When it has ended, one of these is called, once. */
export interface BudgetEntry {
  /** The service answered, and counted so many tokens. */
  accepted(tokens: number | undefined): void
  /**
   * The service answered 429 and counted nothing; it asked for that many milliseconds, or for none.
   *
   * @returns true if it may let in others meanwhile, so that this request is to wait by itself before it asks again;
   * otherwise the budget alone says when
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a budget that has nothing to say of it returns nothing
  refused(retryAfterMs: number | undefined): boolean | void
  /** It ended some other way: whether the service counted it is not known. */
  failed(): void
  /** It is not sent after all, or was refused because too many were in flight. Without this, `failed` is called. */
  withdrawn?(): void
  /**
   * It was refused because too many were in flight, as others were before: what was learned of the rate from their 429s
   * is wrong. Without this, it is `withdrawn`.
   */
  disproved?(): void
}

/**
 * A budget that several clients draw from, in other processes too: `RedisBudget` of `@pinecone-inference/bullmq` is
 * one.
 */
export interface SharedBudget {
  /**
   * Lets the request in, at once or when its promise resolves. Rejects with the signal's reason.
   *
   * @param onWait to be told why the request waits
   */
  enter(
    request: BudgetRequest,
    signal: AbortSignal,
    onWait?: (wait: BudgetWait) => void,
  ): BudgetEntry | Promise<BudgetEntry>
}
