import { PineconeInferenceError } from '@pinecone-inference/client'
import { InputError } from '@pinecone-inference/files'
import { OutputError } from '../embed/output/output-error.js'
import { IndexError } from '../upsert/index-error.js'

/** Whether an error's message is all that a user needs: from the input, the output, the disk or the service. */
export function isExpected(error: unknown): error is Error {
  const kinds = [InputError, OutputError, IndexError, PineconeInferenceError]
  return kinds.some((kind) => error instanceof kind) || (error instanceof Error && 'syscall' in error)
}
