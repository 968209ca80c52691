import { outputFormat } from '../output-format.js'
import type { EmbeddedRecord, Metadata, SparseValues } from '../record.js'
import { bytesOf, nameOf } from './bytes.js'
import { readJsonl } from './jsonl.js'
import { readParquet } from './parquet.js'

export interface EmbeddedOptions {
  /** The fields of the vectors in documents. Default `vector` and `sparse_vector`. */
  readonly vectorField?: string | undefined
  readonly sparseField?: string | undefined
}

/**
 * The records of a file of vectors, in any layout that `writeRecords` writes. Only of a file in which `checkFile` finds
 * nothing: what it would refuse is not looked for here.
 *
 * @throws InputError where the file cannot be read
 * @example
 * ```ts
 * for await (const { id, values, metadata } of readEmbedded('vectors.parquet')) …
 * ```
 */
export async function* readEmbedded(
  path: string,
  options: EmbeddedOptions = {},
): AsyncGenerator<EmbeddedRecord, void> {
  const source = nameOf(path)
  const isParquet = outputFormat(path) === 'parquet'
  const rows = isParquet ? readParquet(path, source) : readJsonl(bytesOf(path), source)
  for await (const { values, problem } of rows) {
    if (problem) throw problem
    yield embeddedOf(values, options)
  }
}

/** A line, or a row, as the record that it holds. */
export function embeddedOf(
  values: Readonly<Record<string, unknown>>,
  { vectorField = 'vector', sparseField = 'sparse_vector' }: EmbeddedOptions,
): EmbeddedRecord {
  if (Object.hasOwn(values, '_id')) {
    const { _id, [vectorField]: dense, [sparseField]: sparse, ...metadata } = values
    return recordOf(_id, dense, sparse, metadata)
  }
  const { id, values: dense, sparse_values, sparseValues, metadata } = values
  return recordOf(id, dense, sparse_values ?? sparseValues, metadata)
}

function recordOf(id: unknown, dense: unknown, sparse: unknown, metadata: unknown): EmbeddedRecord {
  const fields = typeof metadata === 'string' ? JSON.parse(metadata) : metadata
  return {
    id: id as string,
    ...(dense == null ? {} : { values: dense as number[] }),
    ...(sparse == null ? {} : { sparseValues: sparse as SparseValues }),
    ...(fields == null || Object.keys(fields).length === 0 ? {} : { metadata: fields as Metadata }),
  }
}
