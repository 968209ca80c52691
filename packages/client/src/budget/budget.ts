/** Limits as the service counts them: per model, and for tokens also per input type. */
export interface RateLimit {
  /**
   * The project's plan. Sets the documented limits of each model and input type, of rerank requests, and of the whole
   * project (100 requests a second, 2,000 a minute). The numbers below override the plan's. Source:
   * https://docs.pinecone.io/reference/api/database-limits/rate-limits (2026-11-28).
   */
  plan?: 'starter' | 'builder' | 'standard' | 'enterprise' | undefined
  /** Maximum tokens per minute. A full minute's worth may be sent at once. */
  tokensPerMinute?: number | undefined
  /** Maximum requests per minute. A full minute's worth may be sent at once. */
  requestsPerMinute?: number | undefined
}

/** What a request is expected to take from a budget. Model look-ups take nothing. */
export interface BudgetRequest {
  readonly model: string
  readonly inputType?: string
  /** Tokens, estimated from the bytes of the texts. Absent if the service counts requests instead of tokens. */
  readonly tokens?: number
}

/** Why a request waits, apart from waiting for one of the client's own slots. */
export interface BudgetWait {
  /**
   * `configured limit` and `learned limit`: the rate limit, as configured or as learned from 429s. `refused`: a 429,
   * after which nothing of the model is sent for a while, or only this request waits. `learned concurrency`: a
   * concurrency limit learned from 429s. `shared budget unreachable`: the shared budget does not answer.
   */
  readonly reason:
    | 'configured limit'
    | 'learned limit'
    | 'refused'
    | 'learned concurrency'
    | 'shared budget unreachable'
  /**
   * Milliseconds, as far as is known. 0 while the request waits for another one to be answered. If a shared budget does
   * not answer, the time until the request fails.
   */
  readonly waitMs: number
  /** How many requests of the model and input type the service accepts at a time, if that is the reason. */
  readonly atATime?: number
  /** The current rate limit, in tokens per minute, or in requests if those are counted. Absent if none is known. */
  readonly perMinute?: number
}

/** Why the next request of a model and input type waits, and how many are queued. */
export interface ModelWait extends Omit<BudgetWait, 'reason'> {
  readonly model: string
  readonly inputType?: string
  /**
   * A request's own reasons, or `month used up`: the service reported that the month's quota is used up. Until `waitMs`
   * have passed, every call of the model fails at once with a `PineconeQuotaError`.
   */
  readonly reason: BudgetWait['reason'] | 'month used up'
  readonly requests: number
}

/** A request that the budget let in. When it ends, exactly one of these methods is called. */
export interface BudgetEntry {
  /** The service answered and counted this many tokens. */
  accepted(tokens: number | undefined): void
  /**
   * The service answered 429 and counted nothing. `retryAfterMs` is its `Retry-After`, if any.
   *
   * @returns true if other requests may go meanwhile, so that this one waits out its own delay; otherwise the budget
   * alone decides when it goes
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a budget may return nothing
  refused(retryAfterMs: number | undefined): boolean | void
  /** It ended some other way. Whether the service counted it is unknown. */
  failed(): void
  /** It was not sent after all, or too many requests were in flight. If absent, `failed` is called. */
  withdrawn?(): void
  /**
   * It was refused because too many requests were in flight, and so were earlier ones: what their 429s seemed to say
   * about the rate is wrong. If absent, `withdrawn` is called.
   */
  disproved?(): void
}

/** A budget shared by several clients, across processes too, such as `RedisBudget` of `@pinecone-inference/bullmq`. */
export interface SharedBudget {
  /**
   * Lets the request in, at once or when the promise resolves. Rejects with the signal's reason.
   *
   * @param onWait called with the reason why the request waits
   */
  enter(
    request: BudgetRequest,
    signal: AbortSignal,
    onWait?: (wait: BudgetWait) => void,
  ): BudgetEntry | Promise<BudgetEntry>
}
