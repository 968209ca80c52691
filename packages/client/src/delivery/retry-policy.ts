import { PineconeApiError } from '../errors/api-error.js'
import { PineconeConnectionError } from '../errors/connection-error.js'
import { PineconeTimeoutError } from '../errors/timeout-error.js'

const RETRYABLE_STATUS = new Set([408, 429, 500, 502, 503, 504])

/** The dispatcher was closed, or refuses the request itself: trying again cannot help. */
const FATAL_CODES = new Set([
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
])

/** Whether the same request may succeed if it is sent again. All four endpoints only compute, so it is safe. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof PineconeApiError) return RETRYABLE_STATUS.has(error.status)
  if (error instanceof PineconeConnectionError) return !FATAL_CODES.has(error.code ?? '')
  return error instanceof PineconeTimeoutError
}
