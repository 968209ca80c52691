import type { Batch } from '../batches/plan-batches.js'
import type { Call } from '../delivery/call.js'
import { PineconeInferenceError } from '../errors/inference-error.js'

/** The same error, saying which of the call's inputs it is about. */
export function failedIn({ start, items }: Batch<unknown>, error: unknown, call: Call): unknown {
  if (isCallsOwn(error, call)) error.inputRange ??= [start, start + items.length]
  return error
}

/** An error of this call, which it may write into: what it was aborted with may be another call's. */
export function isCallsOwn(error: unknown, call: Call): error is PineconeInferenceError {
  return error instanceof PineconeInferenceError && !call.isAbortReason(error)
}

/** Whether the next request may fare better: not after an abort, with a refused key, or with a month's quota used up. */
export function isOneRequestsOwn(error: unknown, call: Call): error is PineconeInferenceError {
  return isCallsOwn(error, call) && (error.verdict === 'input' || error.verdict === 'moment')
}
