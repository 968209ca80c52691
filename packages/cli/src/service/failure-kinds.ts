import { PineconeInferenceError } from '@pinecone-inference/client'

/** Whether the service or the network failed: the same request may work later. */
export function isPassing(error: unknown): boolean {
  return error instanceof PineconeInferenceError && error.verdict === 'moment'
}

/** Whether the service looked at the inputs and will not take them; that the model is not there says nothing of them. */
export function isRefusal(error: unknown): boolean {
  return error instanceof PineconeInferenceError && error.verdict === 'input'
}
