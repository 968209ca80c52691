import { type InputRange, PineconeInferenceError } from '../errors/inference-error.js'

/** The same error, saying which inputs it is about. */
export function failedIn(range: InputRange, error: unknown): unknown {
  if (error instanceof PineconeInferenceError) error.inputRange ??= range
  return error
}
