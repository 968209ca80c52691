import type { SchemaElement } from 'hyparquet'
import type { EmbeddedRecord } from '../record.js'
import { type ColumnData, lists, optionalTexts, texts } from './parquet-levels.js'
import type { VectorColumns } from './record-writer.js'

/** A column of numbers or texts, and how it is stored. */
export interface Column {
  /** From the schema's top to the column itself. */
  readonly path: readonly SchemaElement[]
  readonly encoding?: 'PLAIN'
  readonly codec: 'SNAPPY' | 'UNCOMPRESSED'
  data(records: readonly EmbeddedRecord[]): ColumnData
}

/**
 * The schema of Pinecone's bulk import (https://docs.pinecone.io/guides/legacy/vectors-api/import-vectors, November 2026):
 * `id`, then `values` for a dense index, `sparse_values` for a sparse one, both for a hybrid one, and `metadata`.
 * Lists have the three levels of the Parquet specification, named as Arrow names them.
 */
export function schemaOf({ dense, sparse }: VectorColumns): SchemaElement[] {
  const children = [
    [id],
    ...(dense ? [denseValues] : []),
    ...(sparse ? [[sparseVector, ...sparseIndices, ...sparseValues]] : []),
    [metadata],
  ]
  return [{ name: 'schema', num_children: children.length }, ...children.flat()]
}

/** The columns of that schema, in order. */
export function columnsOf({ dense, sparse }: VectorColumns): Column[] {
  return [
    { path: [id], codec: 'SNAPPY', data: (records) => texts(records.map((record) => record.id)) },
    ...(dense ? [numbers(denseValues, (record) => record.values)] : []),
    ...(sparse
      ? [
          numbers([sparseVector, ...sparseIndices], (record) => record.sparseValues?.indices),
          numbers([sparseVector, ...sparseValues], (record) => record.sparseValues?.values),
        ]
      : []),
    {
      path: [metadata],
      codec: 'SNAPPY',
      data: (records) =>
        optionalTexts(records.map((record) => record.metadata && JSON.stringify(record.metadata))),
    },
  ]
}

/** Neither a dictionary nor compression makes the numbers of vectors smaller. */
function numbers(
  path: readonly SchemaElement[],
  listOf: (record: EmbeddedRecord) => ArrayLike<number> | undefined,
): Column {
  return {
    path,
    encoding: 'PLAIN',
    codec: 'UNCOMPRESSED',
    data: (records) => lists(records.map(listOf), path),
  }
}

const text = {
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  logical_type: { type: 'STRING' },
} as const
const float = { type: 'FLOAT' } as const
const uint32 = { type: 'INT32', converted_type: 'UINT_32' } as const

const id: SchemaElement = { ...text, name: 'id', repetition_type: 'REQUIRED' }
const metadata: SchemaElement = { ...text, name: 'metadata', repetition_type: 'OPTIONAL' }
const denseValues = list('values', float)
const sparseVector: SchemaElement = { name: 'sparse_values', repetition_type: 'OPTIONAL', num_children: 2 }
const sparseIndices = list('indices', uint32)
const sparseValues = list('values', float)

function list(name: string, element: Omit<SchemaElement, 'name'>): SchemaElement[] {
  return [
    {
      name,
      repetition_type: 'OPTIONAL',
      num_children: 1,
      converted_type: 'LIST',
      logical_type: { type: 'LIST' },
    },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { ...element, name: 'element', repetition_type: 'OPTIONAL' },
  ]
}
