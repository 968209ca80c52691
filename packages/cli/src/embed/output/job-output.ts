import type { EmbeddedRecord, TextRecord } from '@pinecone-inference/files'
import type { JournalEntry, JournalHead } from './journal.js'

/** What became of a record. */
export type Outcome = { readonly record: TextRecord; readonly embedded: EmbeddedRecord } | Failed

/** A record that the service will not take, or that has no text. */
export interface Failed {
  readonly record: TextRecord
  readonly failure: Error
}

/** How far a run is, beside its files. */
export type Standing = Pick<JournalEntry, 'read' | 'digest' | 'tokens' | 'vectors'>

/** Where a job's records go: files that a later run continues, or the standard output. */
export interface JobOutput {
  /** What the input was when the job was begun, where that was known. */
  readonly input: JournalHead['input']
  readonly standing: Standing
  readonly embedded: number
  readonly failures: number
  append(outcome: Outcome): Promise<void>
  /** More may be appended before it is done, and not another checkpoint begun. */
  checkpoint(standing: Standing): Promise<void>
  finish(standing: Standing): Promise<void>
}
