import { PineconeInferenceError } from '@pinecone-inference/client'
import { isPassing } from './expected-error.js'

/** The exit codes of every command. After a signal it is 128 plus the signal's number (`StopSignal`). */
export const EXIT = {
  done: 0,
  /** An option, the key, the input, the request or the output is at fault; the same command fails again. */
  refused: 1,
  someFailed: 2,
  /** The service or the network failed; the same command may work later. */
  stopped: 3,
} as const

/** The exit code after an error: whether the same command may work later. */
export function exitCodeOf(error: Error): number {
  // A month's quota comes back, too.
  const isQuota = error instanceof PineconeInferenceError && error.verdict === 'quota'
  return isPassing(error) || isQuota ? EXIT.stopped : EXIT.refused
}
