import fc from 'fast-check'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { writeColumn } from 'hyparquet-writer/src/column.js'
import { expect, it } from 'vitest'
import type { EmbeddedRecord } from '../record.js'
import { columnsOf, schemaOf } from './parquet-layout.js'
import { addRowGroup } from './parquet-row-group.js'
import type { VectorColumns } from './record-writer.js'

const float = fc.float({ noNaN: true })
const index = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const sparse = fc
  .array(fc.tuple(index, float))
  .map((pairs) => ({ indices: pairs.map(([i]) => i), values: pairs.map(([, weight]) => weight) }))
const record: fc.Arbitrary<EmbeddedRecord> = fc.record(
  {
    id: fc.string({ minLength: 1 }),
    values: fc.array(float),
    sparseValues: sparse,
    metadata: fc.dictionary(fc.string(), fc.string()),
  },
  { requiredKeys: ['id'] },
)
const rowGroups = fc.array(fc.array(record, { minLength: 1 }), { minLength: 1, maxLength: 3 })
const kinds = fc.constantFrom<VectorColumns>(
  { dense: true, sparse: true },
  { dense: true, sparse: false },
  { dense: false, sparse: true },
)

function bytesOf(vectors: VectorColumns, write: (parquet: ParquetWriter) => void): Uint8Array {
  const writer = new ByteWriter()
  const parquet = new ParquetWriter({ writer, schema: schemaOf(vectors), statistics: false })
  write(parquet)
  parquet.finish()
  return writer.getBytes()
}

/** As the library makes columns of rows by itself. */
function columnData(records: readonly EmbeddedRecord[], { dense, sparse }: VectorColumns) {
  const numbers = { encoding: 'PLAIN', codec: 'UNCOMPRESSED', offsetIndex: false } as const
  return [
    { name: 'id', data: records.map(({ id }) => id), offsetIndex: false },
    ...(dense ? [{ name: 'values', data: records.map(({ values }) => values), ...numbers }] : []),
    ...(sparse
      ? [{ name: 'sparse_values', data: records.map(({ sparseValues }) => sparseValues), ...numbers }]
      : []),
    {
      name: 'metadata',
      data: records.map(({ metadata }) => metadata && JSON.stringify(metadata)),
      offsetIndex: false,
    },
  ]
}

it('writes the bytes that the library writes by itself, also for vectors that are missing or empty', () => {
  fc.assert(
    fc.property(rowGroups, kinds, (groups, vectors) => {
      const ours = bytesOf(vectors, (parquet) => {
        for (const records of groups) {
          addRowGroup(parquet, records, { columns: columnsOf(vectors), writeColumn })
        }
      })
      const theirs = bytesOf(vectors, (parquet) => {
        for (const records of groups) {
          parquet.write({ columnData: columnData(records, vectors), rowGroupSize: records.length })
        }
      })
      expect(Buffer.from(ours).equals(Buffer.from(theirs))).toBe(true)
    }),
  )
})

it('writes the bytes that the library writes by itself over several pages', () => {
  const vectors = { dense: true, sparse: true }
  const records = Array.from({ length: 1_000 }, (_, i) => ({
    id: `id-${i}`,
    values: Array.from({ length: 1_024 }, (_, at) => Math.fround(Math.sin(i * 1_024 + at))),
    sparseValues: { indices: [i, 4_294_967_295], values: [1, 0.5] },
    ...(i % 3 ? { metadata: { n: i } } : {}),
  }))
  const ours = bytesOf(vectors, (parquet) =>
    addRowGroup(parquet, records, { columns: columnsOf(vectors), writeColumn }),
  )
  const theirs = bytesOf(vectors, (parquet) => {
    parquet.write({ columnData: columnData(records, vectors), rowGroupSize: records.length })
  })
  expect(Buffer.from(ours).equals(Buffer.from(theirs))).toBe(true)
})
