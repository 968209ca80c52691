import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { readParquet } from 'parquet-wasm'
import { describe, expect, it } from 'vitest'
import {
  type Checkpoint,
  type EmbeddedRecord,
  openWriter,
  outputFormat,
  writeRecords,
} from '../dist/index.js'
import { folderOf } from './folder.js'

const both = { dense: true, sparse: true }

const record = (i: number): EmbeddedRecord => ({
  id: `id-${i}`,
  values: [i, 0.5, -0.25],
  sparseValues: { indices: [i, 4_294_967_295], values: [1, 0.125] },
  ...(i % 2 ? { metadata: { n: i, tags: ['a', 'ü'] } } : {}),
})
const records = (count: number, from = 0) => Array.from({ length: count }, (_, i) => record(from + i))

/** Read by another implementation: the parquet crate of Apache Arrow. */
async function tableOf(path: string) {
  return tableFromIPC(readParquet(new Uint8Array(await readFile(path))).intoIPCStream())
}

describe('Parquet', () => {
  it('has the layout of Pinecone’s bulk import, as another implementation reads it', async () => {
    const path = join(await folderOf(), 'out.parquet')
    expect(await writeRecords(path, records(2500), { format: 'parquet', vectors: both })).toBe(2500)
    const table = await tableOf(path)
    expect(table.schema.fields.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'id: Utf8',
      'values: List<Float32>',
      'sparse_values: Struct<{indices:List<Uint32>, values:List<Float32>}>',
      'metadata: Utf8',
    ])
    expect(table.numRows).toBe(2500)
    const { id, values, sparse_values, metadata } = table.toArray()[2401]
    expect(id).toBe('id-2401')
    expect([...values]).toEqual([2401, 0.5, -0.25])
    expect([...sparse_values.indices]).toEqual([2401, 4_294_967_295])
    expect([...sparse_values.values]).toEqual([1, 0.125])
    expect(JSON.parse(metadata)).toEqual({ n: 2401, tags: ['a', 'ü'] })
    expect(table.get(2400)?.metadata).toBeNull()
  })

  it.each([
    [{ dense: true, sparse: false }, ['id', 'values', 'metadata']],
    [{ dense: false, sparse: true }, ['id', 'sparse_values', 'metadata']],
  ])('has no column that the index has no use for: %j', async (vectors, columns) => {
    const path = join(await folderOf(), 'out.parquet')
    await writeRecords(path, records(3), { format: 'parquet', vectors })
    const { schema } = await tableOf(path)
    expect(schema.fields.map(({ name }) => name)).toEqual(columns)
  })

  it('of no records is a whole file', async () => {
    const path = join(await folderOf(), 'out.parquet')
    await writeRecords(path, [], { format: 'parquet', vectors: both })
    expect((await tableOf(path)).numRows).toBe(0)
  })
})

describe('JSONL', () => {
  it('has a line per record, as Pinecone’s command line takes it', async () => {
    const path = join(await folderOf(), 'out.jsonl')
    await writeRecords(path, records(2), { format: 'jsonl', vectors: both })
    expect(await readFile(path, 'utf8')).toBe(
      '{"id":"id-0","values":[0,0.5,-0.25],"sparse_values":{"indices":[0,4294967295],"values":[1,0.125]}}\n' +
        '{"id":"id-1","values":[1,0.5,-0.25],"sparse_values":{"indices":[1,4294967295],"values":[1,0.125]},"metadata":{"n":1,"tags":["a","ü"]}}\n',
    )
  })
})

describe.each(['jsonl', 'parquet'] as const)('a %s file', (format) => {
  it('is the same from typed arrays, as the client gives them in float32', async () => {
    const folder = await folderOf()
    const typed = records(3).map(({ values = [], sparseValues, ...rest }) => ({
      ...rest,
      values: Float32Array.from(values),
      sparseValues: {
        indices: Uint32Array.from(sparseValues?.indices ?? []),
        values: Float64Array.from(sparseValues?.values ?? []),
      },
    }))
    await writeRecords(join(folder, 'arrays'), records(3), { format, vectors: both })
    await writeRecords(join(folder, 'typed'), typed, { format, vectors: both })
    expect(await readFile(join(folder, 'typed'))).toEqual(await readFile(join(folder, 'arrays')))
  })

  async function contents(path: string): Promise<unknown[]> {
    if (format === 'jsonl')
      return (await readFile(path, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id)
    return (await parquetReadObjects({ file: await asyncBufferFromFile(path), columns: ['id'] })).map(
      ({ id }) => id,
    )
  }

  it('goes on after its last checkpoint, whatever came after it, and is the same as if never interrupted', async () => {
    const folder = await folderOf()
    const path = join(folder, 'out')
    const checkpoints: Checkpoint[] = []
    let from = 0
    for (const count of [1500, 1, 2300, 10]) {
      // as a journal keeps them
      const kept = JSON.parse(JSON.stringify(checkpoints))
      const writer = await openWriter(path, { format, vectors: both, checkpoints: kept })
      for (const item of records(count, from)) await writer.append(item)
      checkpoints.push(await writer.checkpoint())
      from += count
      for (const lost of records(1700, 90_000)) await writer.append(lost)
      await writer.close()
      await writeFile(path, 'half a li', { flag: 'a' })
    }
    const writer = await openWriter(path, { format, vectors: both, checkpoints })
    await writer.finish()
    expect(await contents(path)).toEqual(records(from).map(({ id }) => id))
  })

  it('that is shorter than its last checkpoint is not gone on with', async () => {
    const path = join(await folderOf(), 'out')
    const writer = await openWriter(path, { format, vectors: both })
    for (const item of records(3)) await writer.append(item)
    const checkpoint = await writer.checkpoint()
    await writer.close()
    await truncate(path, checkpoint.bytes - 1)
    await expect(openWriter(path, { format, vectors: both, checkpoints: [checkpoint] })).rejects.toThrow(
      /fewer than the \d+ written earlier/,
    )
  })

  it('is not there, and nothing else is, when its records fail', async () => {
    const folder = await folderOf({ 'out.x': 'the one before' })
    const failing = async function* () {
      yield record(1)
      throw new Error('no more')
    }
    await expect(writeRecords(join(folder, 'out.x'), failing(), { format, vectors: both })).rejects.toThrow(
      'no more',
    )
    expect(await readdir(folder)).toEqual(['out.x'])
    expect(await readFile(join(folder, 'out.x'), 'utf8')).toBe('the one before')
  })
})

it('knows the format by the extension', () => {
  expect(['a.jsonl', 'a.NDJSON', 'x/a.parquet', 'a.csv', 'a'].map(outputFormat)).toEqual([
    'jsonl',
    'jsonl',
    'parquet',
    undefined,
    undefined,
  ])
})
