import { PineconeInferenceError } from './inference-error.js'

export interface ApiErrorAnswer {
  status: number
  code: string | undefined
  details: unknown
  requestId: string | undefined
  retryAfterMs: number | undefined
}

/** The service answered with an error. The subclass says what a caller can do. */
export class PineconeApiError extends PineconeInferenceError {
  override name = 'PineconeApiError'

  /** HTTP status. */
  readonly status: number
  /** The contract's error code, such as `INVALID_ARGUMENT` or `RESOURCE_EXHAUSTED`. */
  readonly code: string | undefined
  /** The contract's `error.details`, as sent. */
  readonly details: unknown
  /** The service's id of the request, for a support ticket. */
  readonly requestId: string | undefined
  /** Milliseconds the service asked to wait (`Retry-After`). */
  readonly retryAfterMs: number | undefined

  constructor(message: string, answer: ApiErrorAnswer) {
    super(message)
    this.status = answer.status
    this.code = answer.code
    this.details = answer.details
    this.requestId = answer.requestId
    this.retryAfterMs = answer.retryAfterMs
  }
}

/** 401 or 403: the key is wrong, or may not use this model. Not retried. */
export class PineconeAuthenticationError extends PineconeApiError {
  override name = 'PineconeAuthenticationError'
}

/** 400, 404, 413 or 422: the request itself is at fault. Not retried. */
export class PineconeInvalidRequestError extends PineconeApiError {
  override name = 'PineconeInvalidRequestError'
}

/** 429, after the last retry: more than the project's budget. Set `rateLimit`, or wait `retryAfterMs`. */
export class PineconeRateLimitError extends PineconeApiError {
  override name = 'PineconeRateLimitError'
}

/** 5xx, after the last retry: the service is at fault. Try again later. */
export class PineconeServerError extends PineconeApiError {
  override name = 'PineconeServerError'
}

/** The error class for an HTTP status. */
export function apiError(message: string, answer: ApiErrorAnswer): PineconeApiError {
  const { status } = answer
  if (status === 401 || status === 403) return new PineconeAuthenticationError(message, answer)
  if (status === 400 || status === 404 || status === 413 || status === 422) {
    return new PineconeInvalidRequestError(message, answer)
  }
  if (status === 429) return new PineconeRateLimitError(message, answer)
  if (status >= 500) return new PineconeServerError(message, answer)
  return new PineconeApiError(message, answer)
}
