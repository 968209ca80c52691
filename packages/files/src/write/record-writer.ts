import type { EmbeddedRecord } from '../record.js'

/** Which vectors every record has; Pinecone's import takes no column that an index has no use for. */
export interface VectorColumns {
  readonly dense: boolean
  readonly sparse: boolean
}

/**
 * What is safe on disk. Plain JSON: keep all of a file's checkpoints, in order, and hand them to `openWriter` to go
 * on after the last one.
 */
export interface Checkpoint {
  /** Length of the file. What comes after it is cut off on resumption. */
  readonly bytes: number
  /** Records in the file. */
  readonly records: number
  /** Parquet: the footer's entries for the row groups since the checkpoint before. */
  readonly rowGroups?: readonly string[] | undefined
}

/** Writes one file. A call may begin when the one before it has ended. */
export interface RecordWriter {
  /** Takes a record; waits while the disk is behind. */
  append(record: EmbeddedRecord): Promise<void>
  /** Brings all that was appended to the disk. In Parquet this ends a row group. */
  checkpoint(): Promise<Checkpoint>
  /** Makes the file whole and closes it. */
  finish(): Promise<void>
  /** Closes the file as it is, for a later resumption. Does nothing after `finish`. */
  close(): Promise<void>
}
