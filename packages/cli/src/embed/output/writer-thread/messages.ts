import type { Checkpoint, WriterOptions } from '@pinecone-inference/files'
import type { PackedRecords } from './packed-records.js'

/** What the thread is started with. */
export interface WriterThreadData {
  readonly path: string
  readonly options: WriterOptions
}

/** Answered one after the other, in their order. */
export type Request =
  | { readonly do: 'append'; readonly packed: PackedRecords }
  | { readonly do: 'checkpoint' | 'finish' | 'close' }

/** The first answer is to the opening of the file. */
export type Answer = { readonly checkpoint?: Checkpoint } | { readonly failure: Failure }

/** An error as it can be sent: structured cloning leaves out what the system says of it. */
export type Failure = Pick<NodeJS.ErrnoException, 'message' | 'code' | 'syscall'>
