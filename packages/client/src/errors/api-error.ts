import { brand, PineconeInferenceError, type Verdict, verdictOnStatus } from './inference-error.js'

export interface ApiErrorAnswer {
  status: number
  code: string | undefined
  details: unknown
  requestId: string | undefined
  retryAfterMs: number | undefined
  /** Default: derived from the status. */
  verdict?: Verdict | undefined
}

/** The service answered with an error. The subclass says what a caller can do. */
export class PineconeApiError extends PineconeInferenceError {
  override name = 'PineconeApiError'
  override readonly verdict: Verdict

  /** HTTP status. */
  readonly status: number
  /** The contract's error code, such as `INVALID_ARGUMENT` or `RESOURCE_EXHAUSTED`. */
  readonly code: string | undefined
  /** The contract's `error.details` as sent, without what is nested deeper than 100 levels. */
  readonly details: unknown
  /** The service's id of the request, for a support ticket. */
  readonly requestId: string | undefined
  /** Milliseconds to wait, as the service requests (`Retry-After`); 0 for a past date. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, answer: ApiErrorAnswer, options?: ErrorOptions) {
    super(message, options)
    this.status = answer.status
    this.code = answer.code
    this.details = answer.details
    this.requestId = answer.requestId
    this.retryAfterMs = answer.retryAfterMs
    this.verdict = answer.verdict ?? verdictOnStatus(answer.status)
  }
}
brand(PineconeApiError, 'api')

/** 401 or 403: the key is wrong, or not allowed to use this model. Not retried. */
export class PineconeAuthenticationError extends PineconeApiError {
  override name = 'PineconeAuthenticationError'
}
brand(PineconeAuthenticationError, 'authentication')

/** 400, 404, 413 or 422: the request itself is at fault. Not retried. */
export class PineconeInvalidRequestError extends PineconeApiError {
  override name = 'PineconeInvalidRequestError'
}
brand(PineconeInvalidRequestError, 'invalid request')

/** 429 after the last retry: more than the project's rate limit. Set `rateLimit`, or wait `retryAfterMs`. */
export class PineconeRateLimitError extends PineconeApiError {
  override name = 'PineconeRateLimitError'
}
brand(PineconeRateLimitError, 'rate limit')

/**
 * A 429 that does not pass within a minute. It ends the whole call with all its batches: wait longer, or upgrade the
 * plan.
 */
export class PineconeQuotaError extends PineconeRateLimitError {
  override name = 'PineconeQuotaError'
  override readonly verdict: Verdict = 'quota'

  /**
   * `month`: the service says that the model's monthly quota is used up. `unknown`: it asks for a wait of more than two
   * minutes (`retryAfterMs`), or it has accepted nothing of the model for about a minute despite retries.
   */
  readonly quota: 'month' | 'unknown'

  constructor(message: string, answer: ApiErrorAnswer, quota: 'month' | 'unknown', options?: ErrorOptions) {
    super(message, answer, options)
    this.quota = quota
  }
}
brand(PineconeQuotaError, 'quota')

/** 5xx after the last retry: the service is at fault. Try again later. */
export class PineconeServerError extends PineconeApiError {
  override name = 'PineconeServerError'
}
brand(PineconeServerError, 'server')

/** The error class for an HTTP status. */
export function apiError(message: string, answer: ApiErrorAnswer, options?: ErrorOptions): PineconeApiError {
  const { status } = answer
  if (status === 401 || status === 403) return new PineconeAuthenticationError(message, answer, options)
  if (status === 400 || status === 404 || status === 413 || status === 422) {
    return new PineconeInvalidRequestError(message, answer, options)
  }
  if (status === 429) return rateLimitError(message, answer, options)
  if (status >= 500) return new PineconeServerError(message, answer, options)
  return new PineconeApiError(message, answer, options)
}

/** Milliseconds. Rate limits are per minute; a longer `Retry-After` points to another quota, such as the month's. */
export const LONGEST_RETRY_AFTER = 120_000

/**
 * "You've reached the embedding token limit (5000000) for model multilingual-e5-large for the current month across your
 * organization.", "… your read unit limit for the current month."
 * https://docs.pinecone.io/reference/api/database-limits/rate-limits (November 2026)
 */
const OF_THE_MONTH = new RegExp(
  [
    // … limit (5000000) for model cohere-rerank-3.5 for the current month
    String.raw`\b(?:limit|quota|allowance|exceeded|reached|exhausted|used up)\b(?:[^.;!?]|\.(?=\S))*\b(?:for|in|of) (?:the|this) (?:current )?month\b`,
    String.raw`\bper month\b`,
    String.raw`\bmonth(?:ly|['’]s) (?:[\w-]+ ){0,3}(?:limit|quota|allowance)\b`,
  ].join('|'),
  'i',
)

/**
 * "You've reached the max embedding tokens per minute (250000) model …", on the same page. Such a 429 is not the
 * month's.
 */
const OF_A_MOMENT = /\b(?:per|a|each) (?:minute|second)\b/i

function rateLimitError(
  message: string,
  answer: ApiErrorAnswer,
  options: ErrorOptions | undefined,
): PineconeRateLimitError {
  if (OF_THE_MONTH.test(message) && !OF_A_MOMENT.test(message))
    return new PineconeQuotaError(message, answer, 'month', options)
  if ((answer.retryAfterMs ?? 0) > LONGEST_RETRY_AFTER)
    return new PineconeQuotaError(message, answer, 'unknown', options)
  return new PineconeRateLimitError(message, answer, options)
}
