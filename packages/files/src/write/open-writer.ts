import { openJsonlWriter } from './jsonl-writer.js'
import type { OutputFormat } from './output-format.js'
import { openParquetWriter } from './parquet-writer.js'
import type { Checkpoint, RecordWriter, VectorColumns } from './record-writer.js'

export interface WriterOptions {
  readonly format: OutputFormat
  readonly vectors: VectorColumns
  /** Goes on with a file after the last of its checkpoints. Default: a new file. */
  readonly checkpoints?: readonly Checkpoint[] | undefined
}

/** Opens a file of embedded records for writing: as a new one, or after its last checkpoint. */
export function openWriter(
  path: string,
  { format, vectors, checkpoints = [] }: WriterOptions,
): Promise<RecordWriter> {
  return format === 'jsonl'
    ? openJsonlWriter(path, checkpoints)
    : openParquetWriter(path, vectors, checkpoints)
}
