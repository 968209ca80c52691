import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type MetadataType, readRecords } from '../dist/index.js'
import { all } from './folder.js'

// Written once, by DuckDB 1.5.6 and nodejs-polars 0.26.1, from the table below: fixtures/README.md.
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
  ])('%s', async (name) => {
    expect(await all(readRecords(fixture(name), { metadataFields }))).toEqual(expected)
  })

  it.each(['duckdb.csv', 'duckdb-semicolon.csv', 'duckdb.tsv.gz', 'polars.csv'])(
    '%s, with the types told',
    async (name) => {
      const metadataTypes: Record<string, MetadataType> = {
        year: 'number',
        score: 'number',
        draft: 'boolean',
      }
      expect(await all(readRecords(fixture(name), { metadataFields, metadataTypes }))).toEqual(expected)
    },
  )
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
