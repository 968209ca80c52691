import { PineconeApiError } from '../errors/api-error.js'
import { PineconeInferenceError } from '../errors/inference-error.js'

/** Whether the service looked at the request and will not take it, however often it is sent: for one of its inputs, say. */
export function isRefusal(error: unknown): boolean {
  return error instanceof PineconeInferenceError && error.verdict === 'input'
}

/** How a 400 says that there was too much of something: bytes, tokens or items. */
const TOO_MUCH =
  /payload|too (large|big|long|many)|exceed|max(imum)? (number of )?(tokens|inputs|documents|length)/i

/** Whether the service refused the request for its size, so that half of it may pass. */
export function isTooLarge(error: unknown): boolean {
  if (!(error instanceof PineconeApiError)) return false
  return error.status === 413 || (error.status === 400 && TOO_MUCH.test(error.message))
}
