import type { Batch } from '../batches/plan-batches.js'
import type { Call } from '../delivery/call.js'
import { isFatal } from '../delivery/retry-policy.js'
import { PineconeApiError, PineconeAuthenticationError, PineconeQuotaError } from '../errors/api-error.js'
import { PineconeConnectionError } from '../errors/connection-error.js'
import { PineconeInferenceError } from '../errors/inference-error.js'
import { PineconeResponseError } from '../errors/response-error.js'
import { PineconeTimeoutError } from '../errors/timeout-error.js'

/** The same error, saying which of the call's inputs it is about. */
export function failedIn({ start, items }: Batch<unknown>, error: unknown, call: Call): unknown {
  if (isCallsOwn(error, call)) error.inputRange ??= [start, start + items.length]
  return error
}

/** An error of this call, which it may write into: what it was aborted with may be another call's. */
export function isCallsOwn(error: unknown, call: Call): error is PineconeInferenceError {
  return error instanceof PineconeInferenceError && !call.isAbortReason(error)
}

/** Whether the next request may fare better: not an abort, a refused key, a quota that is used up, a closed client, or a budget that fails. */
export function isOneRequestsOwn(error: unknown, call: Call): error is PineconeInferenceError {
  if (!isCallsOwn(error, call)) return false
  if (error instanceof PineconeAuthenticationError || error instanceof PineconeQuotaError) return false
  if (error instanceof PineconeConnectionError && isFatal(error)) return false
  return OF_ONE_REQUEST.some((type) => error instanceof type)
}

const OF_ONE_REQUEST = [
  PineconeApiError,
  PineconeConnectionError,
  PineconeResponseError,
  PineconeTimeoutError,
]
