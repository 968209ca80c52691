import type { EmbeddedRecord } from '../record.js'

/** Which vectors every record has. */
export interface VectorColumns {
  readonly dense: boolean
  readonly sparse: boolean
}

/**
 * What is safely on disk, as plain JSON. Keep all checkpoints of an output, in order, and pass them to `openWriter` to resume
 * after the last one.
 */
export interface Checkpoint {
  /** Length of the file, in bytes; of parts, of the last one. Resuming cuts off the rest. */
  readonly bytes: number
  /** Records written, in all parts. */
  readonly records: number
  /** The last part, counted from 0. Default 0. */
  readonly part?: number | undefined
  /** Parquet: the footer's entries for the row groups of this part since the checkpoint before. */
  readonly rowGroups?: readonly string[] | undefined
}

/** Writes a file, or a folder of parts. Wait for each call before the next one. */
export interface RecordWriter {
  /** Takes a record; waits while the disk is behind. */
  append(record: EmbeddedRecord): Promise<void>
  /** Brings everything appended to the disk. In Parquet this ends a row group. */
  checkpoint(): Promise<Checkpoint>
  /** Makes the output whole and closes it. */
  finish(): Promise<void>
  /** Closes the output as it is, to be resumed later. Does nothing after `finish`. */
  close(): Promise<void>
}

/** Writes one file. */
export interface FileWriter extends RecordWriter {
  /** Length of the file so far, in bytes, without records that are still in memory. */
  readonly bytes: number
}
