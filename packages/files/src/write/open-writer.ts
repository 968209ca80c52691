import type { OutputFormat } from '../output-format.js'
import type { JsonlLayout } from './jsonl-layout.js'
import { openJsonlWriter } from './jsonl-writer.js'
import { openParquetWriter } from './parquet-writer.js'
import { openPartWriter } from './part-writer.js'
import type { Checkpoint, FileWriter, RecordWriter, VectorColumns } from './record-writer.js'

export interface WriterOptions {
  readonly format: OutputFormat
  readonly vectors: VectorColumns
  /** The layout of JSONL; Parquet has that of Pinecone's import. Default `vectors`. */
  readonly layout?: JsonlLayout | undefined
  /** All checkpoints of an output, to resume it after the last one. Default: a new output. */
  readonly checkpoints?: readonly Checkpoint[] | undefined
  /**
   * Writes parts: the path is that of the first, `0` with an extension, and `1`, `2` … follow beside it, each begun when
   * the one before has so many bytes, a row group or some 256 KB of JSONL more. Default: one file.
   */
  readonly partBytes?: number | undefined
}

/** Opens an output for embedded records: a new one, or one to resume after its last checkpoint. */
export function openWriter(
  path: string,
  { format, vectors, layout, checkpoints = [], partBytes }: WriterOptions,
): Promise<RecordWriter> {
  const open = (path: string, checkpoints: readonly Checkpoint[]): Promise<FileWriter> =>
    format === 'jsonl'
      ? openJsonlWriter(path, checkpoints, layout)
      : openParquetWriter(path, vectors, checkpoints)
  return partBytes === undefined
    ? open(path, checkpoints)
    : openPartWriter({ first: path, bytes: partBytes, open }, checkpoints)
}
