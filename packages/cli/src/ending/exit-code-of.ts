import { PineconeInferenceError } from '@pinecone-inference/client'
import { isPassing } from '../service/failure-kinds.js'
import { EXIT } from './exit-code.js'

/** What a command ends with after an error: whether the same command may work later. */
export function exitCodeOf(error: Error): number {
  // a month's quota comes back, too
  const isQuota = error instanceof PineconeInferenceError && error.verdict === 'quota'
  return isPassing(error) || isQuota ? EXIT.stopped : EXIT.refused
}
