import type { Batch } from '../batches/plan-batches.js'
import { PineconeAuthenticationError } from '../errors/api-error.js'
import { PineconeInferenceError } from '../errors/inference-error.js'

/** The same error, saying which of the call's inputs it is about. */
export function failedIn({ start, items }: Batch<unknown>, error: unknown): unknown {
  if (error instanceof PineconeInferenceError) error.inputRange ??= [start, start + items.length]
  return error
}

/** Not an abort, nor a key that every other request would be refused for too. */
export function isOneRequestsOwn(error: unknown): error is PineconeInferenceError {
  return error instanceof PineconeInferenceError && !(error instanceof PineconeAuthenticationError)
}
