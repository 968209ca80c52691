import {
  PineconeConnectionError,
  PineconeInvalidRequestError,
  PineconeQuotaError,
  PineconeRateLimitError,
  PineconeResponseError,
  PineconeServerError,
  PineconeTimeoutError,
} from '@pinecone-inference/client'

/** Whether the service or the network failed: the same request may work later. */
export function isPassing(error: unknown): boolean {
  if (error instanceof PineconeQuotaError) return false
  const passing = [
    PineconeConnectionError,
    PineconeRateLimitError,
    PineconeResponseError,
    PineconeServerError,
    PineconeTimeoutError,
  ]
  return passing.some((kind) => error instanceof kind)
}

/** Whether the service looked at the inputs and will not take them; that the model is not there says nothing of them. */
export function isRefusal(error: unknown): boolean {
  return error instanceof PineconeInvalidRequestError && error.status !== 404
}
