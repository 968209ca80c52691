import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type MetadataType, readRecords } from '../dist/index.js'
import { all } from './folder.js'

// Written once, by DuckDB, pandas, pyarrow and polars, from the table below: fixtures/README.md.
const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))

const texts = ['Pools keep sockets open.', 'She said "hi", twice;\nthen left.', 'Grüße, 世界 🌍']
const numbers = [{ year: 1999, score: 0.5, draft: true }, { year: 2001, draft: false }, { score: 2.25 }]
const expected = ['a', 'b', 'c'].map((id, i) => ({ id, text: texts[i], metadata: numbers[i] }))
const metadataFields = ['year', 'score', 'draft']

describe('a table as others write it is read as it was', () => {
  it.each([
    'duckdb.parquet',
    'duckdb-v2-zstd.parquet',
    'duckdb.jsonl',
    'duckdb.json.gz',
    'polars.parquet',
    'polars-zstd.parquet',
    'polars.jsonl',
    'polars-1.44.parquet',
    'polars-1.44-lz4.parquet',
    'polars-1.44-snappy.parquet',
    'polars-1.44.jsonl',
    'polars-1.44.json',
    'pandas.parquet',
    'pandas-index.parquet',
    'pandas.jsonl',
    'pandas-unicode.jsonl',
    'pandas.json',
  ])('%s', async (name) => {
    expect(await all(readRecords(fixture(name), { metadataFields }))).toEqual(expected)
  })

  it.each([
    'duckdb.csv',
    'duckdb-semicolon.csv',
    'duckdb.tsv.gz',
    'polars.csv',
    'polars-1.44.csv',
    'polars-1.44-always.csv',
    'pandas.csv',
    'pandas-excel.csv',
    'pandas-utf16.csv',
    'pandas-quoted.csv.gz',
  ])('%s, with the types told', async (name) => {
    const metadataTypes: Record<string, MetadataType> = {
      year: 'number',
      score: 'number',
      draft: 'boolean',
    }
    expect(await all(readRecords(fixture(name), { metadataFields, metadataTypes }))).toEqual(expected)
  })
})

describe('of pyarrow', () => {
  const types = {
    int8: [1, -2, undefined],
    half: [0.5, 1.5, -2],
    f32: [Math.fround(0.1), undefined, Math.fround(3.4e38)],
    f64: [0.1, undefined, 1e300],
    bool: [true, false, undefined],
    date: ['2026-11-28', '1969-12-31', undefined],
    ts_s: ['2026-11-28T12:00:00.000Z', undefined, '2026-11-28T12:00:00.000Z'],
    ts_ms: ['2026-11-28T12:00:00.123Z', undefined, '1960-01-01T00:00:00.000Z'],
    ts_us: ['2026-11-28T12:00:00.123456Z', undefined, '0001-01-01T00:00:00.000000Z'],
    ts_berlin: ['2026-11-28T12:00:00.123456Z', undefined, undefined],
    time_ms: ['23:59:59.999', undefined, '00:00:00.000'],
    time_ns: ['23:59:59.999999999', undefined, '00:00:00.000000000'],
    dec: [123.45, -0.01, undefined],
    tags: [['net', 'http'], [], undefined],
    tags_fixed: [['x', 'y'], undefined, ['p', 'q']],
    cat: ['red', 'blue', undefined],
    large: ['L1', undefined, 'L3'],
    view: ['v1', undefined, 'a view longer than twelve'],
    nothing: [undefined, undefined, undefined],
  }
  const exact = {
    uint64: ['18446744073709551615', '0', undefined],
    int64: ['9007199254740993', '-1', undefined],
  }
  const strings: Record<string, MetadataType> = { uint64: 'string', int64: 'string', dec256: 'string' }

  async function columnsOf(name: string, columns: readonly string[]) {
    const options = { metadataFields: columns, metadataTypes: strings }
    const records = await all(readRecords(fixture(name), options))
    expect(records.map(({ text }) => text)).toEqual(texts)
    return Object.fromEntries(
      columns.map((column) => [column, records.map(({ metadata }) => metadata?.[column])]),
    )
  }

  it.each(['pyarrow.parquet', 'pyarrow-v2.parquet'])(
    'every type that metadata may have: %s',
    async (name) => {
      const columns = { ...types, ...exact }
      expect(await columnsOf(name, Object.keys(columns))).toEqual(columns)
    },
  )

  it('nanoseconds, decimals of 256 bits and times in 96 bits', async () => {
    expect(await columnsOf('pyarrow.parquet', ['ts_ns_utc', 'dec256'])).toEqual({
      ts_ns_utc: ['2025-11-28T12:00:00.123456789Z', undefined, '1969-12-31T23:59:59.999999999Z'],
      dec256: ['12345678901234567890123456789012345678901234567890', '1', undefined],
    })
    expect(await columnsOf('pyarrow-int96.parquet', ['ts_us', 'ts_ns_utc'])).toEqual({
      ts_us: ['2026-11-28T12:00:00.123456000Z', undefined, '0001-01-01T00:00:00.000000000Z'],
      ts_ns_utc: ['2025-11-28T12:00:00.123456789Z', undefined, '1969-12-31T23:59:59.999999999Z'],
    })
  })

  it.each(['bin', 'fixed', 'struct', 'map', 'tags_large'])(
    'refuses as metadata what it cannot be: %s',
    async (column) => {
      await expect(columnsOf('pyarrow.parquet', [column])).rejects.toThrow(`row 1: the field "${column}"`)
    },
  )

  it.each(['gzip', 'brotli', 'lz4'])('compressed with %s', async (codec) => {
    expect(await columnsOf(`pyarrow-${codec}.parquet`, ['tags', 'f64'])).toEqual({
      tags: types.tags,
      f64: types.f64,
    })
  })

  it('in delta encodings, split streams and many small pages, with checksums', async () => {
    const records = await all(
      readRecords(fixture('pyarrow-encodings.parquet'), { metadataFields: ['n', 'f', 'b'] }),
    )
    expect(records).toEqual(
      Array.from({ length: 300 }, (_, i) => ({
        id: `${i}`,
        text: `passage ${Math.floor(i / 7)} of ${'x'.repeat(i % 50)}`,
        metadata: { n: i, f: i / 3, b: i % 3 === 0 },
      })),
    )
  })

  it('without rows', async () => {
    expect(await all(readRecords(fixture('pyarrow-empty.parquet')))).toEqual([])
  })
})

describe('of DuckDB, too', () => {
  it.each(['duckdb.parquet', 'duckdb-v2-zstd.parquet'])('lists and times of %s', async (name) => {
    const records = await all(readRecords(fixture(name), { metadataFields: ['tags', 'created'] }))
    expect(records.map(({ metadata }) => metadata)).toEqual([
      { tags: ['net', 'http'], created: '2026-11-28T12:00:00.123456Z' },
      { tags: [] },
      { created: '1970-01-01T00:00:00.000000Z' },
    ])
  })

  it.each(['duckdb.parquet', 'duckdb-v2-zstd.parquet', 'duckdb.jsonl', 'duckdb.json.gz'])(
    'no whole number of %s is rounded',
    async (name) => {
      await expect(all(readRecords(fixture(name), { metadataFields: ['big'] }))).rejects.toThrow('"big"')
      const records = await all(
        readRecords(fixture(name), { metadataFields: ['big'], metadataTypes: { big: 'string' } }),
      )
      expect(records.map(({ metadata }) => metadata?.big)).toEqual(['9007199254740993', '1', undefined])
    },
  )
})
