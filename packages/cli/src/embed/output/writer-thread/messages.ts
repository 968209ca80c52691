import type { Checkpoint, WriterOptions } from '@pinecone-inference/files'
import type { PackedRecords } from './packed-records.js'

/** The data that the thread starts with. */
export interface WriterThreadData {
  readonly path: string
  readonly options: WriterOptions
}

/** Answered one after another, in order. */
export type Request =
  | { readonly do: 'append'; readonly packed: PackedRecords }
  | { readonly do: 'checkpoint' | 'finish' | 'close' }

/** The first answer is for opening the file. */
export type Answer = { readonly checkpoint?: Checkpoint } | { readonly failure: Failure }

/** An error as a message: structured cloning would drop `code` and `syscall`. */
export type Failure = Pick<NodeJS.ErrnoException, 'message' | 'code' | 'syscall'>
