import { PineconeApiError } from '@pinecone-inference/client'
import type { EmbeddedRecord, TextRecord } from '@pinecone-inference/files'
import { IndexError } from '../../ending/expected-error.js'
import type { JournalEntry, JournalHead } from './journal.js'

/** What became of a record. */
export type Outcome = Embedded | Failed | Unchanged

export interface Embedded {
  readonly record: TextRecord
  readonly embedded: EmbeddedRecord
  /** The models that served its vectors, in the order of the calls. */
  readonly served: readonly string[]
}

/** A record that the service refuses, or that has no text. */
export interface Failed {
  readonly record: TextRecord
  readonly failure: Error
}

/** A line of OUTPUT.failed.jsonl: the record, so that the file can be embedded again, and why it failed. */
export function failureLine({ id, text, metadata }: TextRecord, failure: Error): string {
  const hasStatus = failure instanceof PineconeApiError || failure instanceof IndexError
  const error = {
    name: failure.name,
    message: failure.message,
    status: hasStatus ? failure.status : undefined,
  }
  return `${JSON.stringify({ id, text, metadata, error })}\n`
}

/** A record that the output already has, with the same content. */
export interface Unchanged {
  readonly record: TextRecord
  readonly unchanged: true
}

/** How far a run is, beside its files. */
export type Standing = Pick<JournalEntry, 'read' | 'digest' | 'tokens' | 'vectors'>

/** When a checkpoint is due, whichever comes first; a kill loses the work since the last one. */
export interface Cadence {
  readonly everyMs: number
  readonly everyRecords: number
}

/** Where a job's records go: files that a later run continues, the standard output, or an index. */
export interface JobOutput {
  /** What the input was when the job began, if known. */
  readonly input: JournalHead['input']
  readonly standing: Standing
  readonly cadence: Cadence
  readonly embedded: number
  readonly failures: number
  /** Records that earlier runs had embedded, with the same content. */
  readonly unchanged: number
  /** Records of which only the metadata is new. */
  readonly updated?: number
  /** Records that were in the output and are not in the input any more: deleted, and left there. */
  readonly deleted?: number
  readonly gone?: readonly string[]
  /** Files that the records are in; default 1. */
  readonly parts?: number
  /** The file of failed records, which can be embedded again. */
  readonly failedOutput: string | undefined
  /** What the user can do if the input is no longer what it was. */
  readonly ifInputChanged: string
  /**
   * Whether to finish a run that embeds nothing: the documents and records of the input have lost their text, and so
   * their vectors. Default false.
   */
  readonly isEmptied?: boolean
  /** Whether the output already has this record, so that it costs nothing. */
  has?(record: TextRecord): boolean
  append(outcome: Outcome): Promise<void>
  /** Until it resolves, more may be appended, but no other checkpoint begun. */
  checkpoint(standing: Standing): Promise<void>
  finish(standing: Standing): Promise<void>
  /** Notes that the input has changed. Call it when no checkpoint is under way. */
  supersede?(): Promise<void>
}
