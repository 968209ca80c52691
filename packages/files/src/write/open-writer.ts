import type { OutputFormat } from '../output-format.js'
import type { JsonlLayout } from './jsonl-layout.js'
import { openJsonlWriter } from './jsonl-writer.js'
import { openParquetWriter } from './parquet-writer.js'
import type { Checkpoint, RecordWriter, VectorColumns } from './record-writer.js'

export interface WriterOptions {
  readonly format: OutputFormat
  readonly vectors: VectorColumns
  /** The layout of JSONL; Parquet has that of Pinecone's import. Default `vectors`. */
  readonly layout?: JsonlLayout | undefined
  /** All checkpoints of a file, to resume it after the last one. Default: a new file. */
  readonly checkpoints?: readonly Checkpoint[] | undefined
}

/** Opens a file of embedded records for writing: a new one, or one to resume after its last checkpoint. */
export function openWriter(
  path: string,
  { format, vectors, layout, checkpoints = [] }: WriterOptions,
): Promise<RecordWriter> {
  return format === 'jsonl'
    ? openJsonlWriter(path, checkpoints, layout)
    : openParquetWriter(path, vectors, checkpoints)
}
