import { PineconeApiError } from '../errors/api-error.js'
import { PineconeConnectionError } from '../errors/connection-error.js'
import { PineconeTimeoutError } from '../errors/timeout-error.js'

/** Of the 5xx these two say that the request itself will never do (RFC 9110, 15.6.2 and 15.6.6). */
const FINAL_SERVER_ERRORS = new Set([501, 505])

/** The dispatcher was closed, or refuses the request itself: trying again cannot help. */
const FATAL_CODES = new Set([
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
])

/** Whether the same request may succeed if it is sent again. All four endpoints only compute, so it is safe. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof PineconeApiError) return isRetryableStatus(error.status)
  if (error instanceof PineconeConnectionError) return !isFatal(error)
  return error instanceof PineconeTimeoutError
}

/** Whether every other request will fail in the same way. */
export function isFatal({ code }: PineconeConnectionError): boolean {
  return code !== undefined && FATAL_CODES.has(code)
}

/** Proxies have codes of their own above 504: Cloudflare's 520 to 529, for one. */
function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && !FINAL_SERVER_ERRORS.has(status))
}
