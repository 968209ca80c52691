import { PineconeInferenceError } from '@pinecone-inference/client'
import { IndexError } from '../upsert/index-error.js'

/** Whether the service or the network failed: the same request may work later. */
export function isPassing(error: unknown): boolean {
  if (error instanceof IndexError) return error.passes
  return error instanceof PineconeInferenceError && error.verdict === 'moment'
}

/** Whether the service looked at the inputs and will not take them; that the model is not there says nothing of them. */
export function isRefusal(error: unknown): boolean {
  return error instanceof PineconeInferenceError && error.verdict === 'input'
}
