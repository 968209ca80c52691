import { PineconeInferenceError } from '@pinecone-inference/client'
import { InputError } from '@pinecone-inference/files'

/** An output that cannot be begun, continued or written; the message says what to do. */
export class OutputError extends Error {
  override name = 'OutputError'
}

/** An index that cannot be written to, or does not fit; the message says what to do. */
export class IndexError extends Error {
  override name = 'IndexError'
  /** Whether the same command may work later. */
  readonly passes: boolean
  /** Of the response, if the service refused. */
  readonly status: number | undefined

  constructor(
    message: string,
    {
      passes = false,
      status,
      cause,
    }: { passes?: boolean; status?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.passes = passes
    this.status = status
  }
}

/** Whether an error's message is all that a user needs: from the input, the output, the disk or the service. */
export function isExpected(error: unknown): error is Error {
  const kinds = [InputError, OutputError, IndexError, PineconeInferenceError]
  return kinds.some((kind) => error instanceof kind) || (error instanceof Error && 'syscall' in error)
}

/** Whether the service or the network failed, so that the same request may work later. */
export function isPassing(error: unknown): boolean {
  if (error instanceof IndexError) return error.passes
  return error instanceof PineconeInferenceError && error.verdict === 'moment'
}

/** Whether the service refuses the inputs themselves. A missing model, for one, says nothing about them. */
export function isRefusal(error: unknown): boolean {
  return error instanceof PineconeInferenceError && error.verdict === 'input'
}
