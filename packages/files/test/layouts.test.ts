import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkFile, type EmbeddedRecord, type JsonlLayout, writeRecords } from '../dist/index.js'
import { folderOf } from './folder.js'

const record: EmbeddedRecord = {
  id: 'a',
  values: [0.5, 0.25],
  sparseValues: { indices: [7], values: [1] },
  metadata: { title: 'T' },
}
const vectors = { dense: true, sparse: true }

async function written(layout: JsonlLayout | undefined, ...records: EmbeddedRecord[]) {
  const path = join(await folderOf(), 'out.jsonl')
  await writeRecords(path, records, { format: 'jsonl', vectors, layout })
  return path
}
const firstOf = async (path: string) => JSON.parse((await readFile(path, 'utf8')).split('\n')[0] ?? '')

describe('a layout of JSONL', () => {
  it('is that of Pinecone’s command line and Python SDK', async () => {
    // the fields of go-pinecone's Vector, which pinecone-io/cli decodes with DisallowUnknownFields
    expect(Object.keys(await firstOf(await written(undefined, record)))).toEqual([
      'id',
      'values',
      'sparse_values',
      'metadata',
    ])
  })

  it('may be that of REST and the TypeScript SDK, or of documents', async () => {
    expect(Object.keys(await firstOf(await written('rest', record)))).toEqual([
      'id',
      'values',
      'sparseValues',
      'metadata',
    ])
    expect(await firstOf(await written({ kind: 'documents', vectorField: 'embedding' }, record))).toEqual({
      _id: 'a',
      embedding: [0.5, 0.25],
      sparse_vector: { indices: [7], values: [1] },
      title: 'T',
    })
  })

  it.each([{ vector: 'x' }, { _id: 'x' }, { $a: 'x' }])(
    'of documents has no room for %j',
    async (metadata) => {
      await expect(written({ kind: 'documents' }, { ...record, metadata })).rejects.toThrow(
        /^the record "a" cannot be/,
      )
    },
  )

  it('is Unicode, whatever the record has', async () => {
    const half = { ...record, metadata: { 'k\ud83c': ['v\ud83c'], kept: '\\ud83c' } }
    expect((await firstOf(await written('vectors', half))).metadata).toEqual({
      'k\uFFFD': ['v\uFFFD'],
      kept: '\\ud83c',
    })
    await expect(written('vectors', { ...record, id: 'a\ud83c' })).rejects.toThrow('half a surrogate pair')
  })
})

describe('a check of a file', () => {
  const problemsIn = async (...lines: unknown[]) => {
    const path = join(await folderOf(), 'in.jsonl')
    await writeFile(
      path,
      lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
    )
    return (await checkFile(path)).problems.map(({ message }) => message.replace(/^.*in\.jsonl, /, ''))
  }

  it.each([undefined, 'rest', { kind: 'documents' }] as const)(
    'finds nothing in what is written here: %j',
    async (layout) => {
      const path = await written(layout, record, { ...record, id: 'b' })
      const name = typeof layout === 'object' ? 'documents' : (layout ?? 'vectors')
      expect(await checkFile(path)).toEqual({
        files: 1,
        records: 2,
        layout: name,
        dimension: 2,
        problemCount: 0,
        problems: [],
      })
    },
  )

  it('finds nothing in Parquet that is written here', async () => {
    const path = join(await folderOf(), 'out.parquet')
    await writeRecords(path, [record, { ...record, id: 'b' }], { format: 'parquet', vectors })
    expect(await checkFile(path)).toMatchObject({
      records: 2,
      layout: 'parquet',
      dimension: 2,
      problemCount: 0,
    })
  })

  const good = { id: 'a', values: [1, 2] }
  it.each([
    [{ values: [1, 2] }, 'line 2: has no id, or one that is not a string'],
    [{ id: 'a', values: [1, 2] }, 'line 2: has the id "a", as record 1 has'],
    [{ id: 'ü', values: [1, 2] }, 'line 2: the id "ü" is not ASCII'],
    [{ id: 'b' }, 'line 2: has no vector'],
    [{ id: 'b', values: [1] }, 'line 2: has a dense vector of 1 numbers, and the records before it 2'],
    [{ id: 'b', values: [0, 0] }, 'line 2: has a dense vector of zeros'],
    [
      { id: 'b', values: Array(20_001).fill(1) },
      'line 2: has a dense vector of 20001 numbers; Pinecone accepts 20000',
    ],
    [{ id: 'b', values: ['1', 2] }, 'line 2: has a dense vector that is not a list of numbers'],
    [{ id: 'b', values: [1, 2], extra: 1 }, 'line 2: has "extra", which is not a field of a vector'],
    [{ _id: 'b', vector: [1, 2] }, 'line 2: has the layout documents, and the records before it vectors'],
    [{ id: 'b', values: [1, 2], metadata: { a: { b: 1 } } }, 'line 2: has metadata "a" of a type'],
    [{ id: 'b', values: [1, 2], metadata: { a: null } }, 'line 2: has metadata "a" of a type'],
    [{ id: 'b', values: [1, 2], metadata: { a: 'x'.repeat(50_000) } }, 'line 2: has 50008 bytes of metadata'],
    [
      '{"id":"b","values":[1,2],"metadata":{"n":1234567890123456789}}',
      'line 2: has metadata "n" that a 64-bit float rounds',
    ],
    ['{"id":"b","values":[1,2],"metadata":{"n":"\\ud83c"}}', 'line 2: has half a surrogate pair'],
    ['{"id":"b",', 'line 2: is not JSON'],
  ])('finds %j', async (bad, problem) => {
    expect(await problemsIn(good, bad)).toEqual([expect.stringContaining(problem)])
  })

  it.each([
    [{ indices: [1, 1], values: [1, 2] }, 'has a sparse index twice'],
    [{ indices: [1], values: [1, 2] }, 'has a sparse vector of 1 indices and 2 values'],
    [{ indices: [2 ** 32], values: [1] }, 'has a sparse index that is not an unsigned 32-bit integer'],
    [{ indices: [], values: [] }, 'has an empty sparse vector'],
    [
      { indices: Array.from({ length: 2049 }, (_, i) => i), values: Array(2049).fill(1) },
      'has a sparse vector of 2049 values; Pinecone accepts 2048',
    ],
  ])('finds a sparse vector %j', async (sparse_values, problem) => {
    expect(await problemsIn({ id: 'a', sparse_values })).toEqual([`line 1: ${problem}`])
  })
})
