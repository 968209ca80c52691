import type { EmbeddedRecord } from '../record.js'

/** Which vectors every record has. */
export interface VectorColumns {
  readonly dense: boolean
  readonly sparse: boolean
}

/**
 * What is safely on disk, as plain JSON. Keep all checkpoints of a file, in order, and pass them to `openWriter` to resume
 * after the last one.
 */
export interface Checkpoint {
  /** Length of the file, in bytes. Resuming cuts off the rest. */
  readonly bytes: number
  /** Records in the file. */
  readonly records: number
  /** Parquet: the footer's entries for the row groups since the checkpoint before. */
  readonly rowGroups?: readonly string[] | undefined
}

/** Writes one file. Wait for each call before the next one. */
export interface RecordWriter {
  /** Takes a record; waits while the disk is behind. */
  append(record: EmbeddedRecord): Promise<void>
  /** Brings everything appended to the disk. In Parquet this ends a row group. */
  checkpoint(): Promise<Checkpoint>
  /** Makes the file whole and closes it. */
  finish(): Promise<void>
  /** Closes the file as it is, to be resumed later. Does nothing after `finish`. */
  close(): Promise<void>
}
