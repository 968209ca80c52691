import type { SchemaElement } from 'hyparquet'
import type { ColumnSource } from 'hyparquet-writer'
import type { EmbeddedRecord } from '../record.js'
import { plain } from './plain.js'
import type { VectorColumns } from './record-writer.js'

/**
 * The columns of Pinecone's bulk import (https://docs.pinecone.io/guides/index-data/import-data): `id`, then `values`
 * for a dense index, `sparse_values` for a sparse one, both for a hybrid one, and `metadata`; no others are allowed.
 * Lists have the three levels of the Parquet specification, named as Arrow names them.
 */
export function schemaOf({ dense, sparse }: VectorColumns): SchemaElement[] {
  const columns = [
    [{ ...text, name: 'id', repetition_type: 'REQUIRED' as const }],
    ...(dense ? [list('values', float)] : []),
    ...(sparse
      ? [
          [
            { name: 'sparse_values', repetition_type: 'OPTIONAL' as const, num_children: 2 },
            ...list('indices', uint32),
            ...list('values', float),
          ],
        ]
      : []),
    [{ ...text, name: 'metadata', repetition_type: 'OPTIONAL' as const }],
  ]
  return [{ name: 'schema', num_children: columns.length }, ...columns.flat()]
}

const text = {
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  logical_type: { type: 'STRING' },
} as const
const float = { type: 'FLOAT' } as const
const uint32 = { type: 'INT32', converted_type: 'UINT_32' } as const

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

/** A row group's columns. Numbers of a vector neither repeat nor compress. */
export function columnsOf(
  records: readonly EmbeddedRecord[],
  { dense, sparse }: VectorColumns,
): ColumnSource[] {
  const vectors = records.map(plain)
  const numbers = { encoding: 'PLAIN', codec: 'UNCOMPRESSED', offsetIndex: false } as const
  return [
    { name: 'id', data: records.map(({ id }) => id), offsetIndex: false },
    ...(dense ? [{ name: 'values', data: vectors.map(({ values }) => values), ...numbers }] : []),
    ...(sparse
      ? [{ name: 'sparse_values', data: vectors.map(({ sparseValues }) => sparseValues), ...numbers }]
      : []),
    {
      name: 'metadata',
      data: records.map(({ metadata }) => metadata && JSON.stringify(metadata)),
      offsetIndex: false,
    },
  ]
}
