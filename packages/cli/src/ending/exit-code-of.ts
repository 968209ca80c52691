import {
  PineconeConnectionError,
  PineconeRateLimitError,
  PineconeResponseError,
  PineconeServerError,
  PineconeTimeoutError,
} from '@pinecone-inference/client'
import { EXIT } from './exit-code.js'

/** What a command ends with after an error: whether the same command may work later. */
export function exitCodeOf(error: Error): number {
  const passing = [
    PineconeConnectionError,
    PineconeRateLimitError,
    PineconeResponseError,
    PineconeServerError,
    PineconeTimeoutError,
  ]
  return passing.some((kind) => error instanceof kind) ? EXIT.stopped : EXIT.refused
}
