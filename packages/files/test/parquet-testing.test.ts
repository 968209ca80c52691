import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { InputError, readDocuments } from '../dist/index.js'
import expected from './fixtures/parquet-testing/expected.json' with { type: 'json' }
import { all } from './folder.js'

const folder = fileURLToPath(new URL('fixtures/parquet-testing/', import.meta.url))

/** The rows of a file, with all its columns, in the terms of DuckDB's JSON. */
async function rowsOf(name: string) {
  const documents = await all(readDocuments(`${folder}${name}`, { format: 'parquet' }))
  return documents.map(({ values }) =>
    Object.fromEntries(Object.entries(values).map(([column, value]) => [column, asInDuckDB(value)])),
  )
}

function asInDuckDB(value: unknown): unknown {
  if (value === undefined) return null
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (Array.isArray(value)) return value.map(asInDuckDB)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, asInDuckDB(field)]))
  }
  if (typeof value !== 'string') return value
  return value.replace(
    /^([+\d-]+)T([\d:]+)(?:\.(\d*?)0*)?Z$/,
    (_, date: string, time: string, fraction = '') =>
      `${date.replace(/^\+0*/, '')} ${time}${fraction === '' ? '' : `.${fraction}`}`,
  )
}

describe('the files of apache/parquet-testing are read as DuckDB reads them', () => {
  it.each(Object.entries(expected))('%s', async (name, { rows, first }) => {
    const read = await rowsOf(`${name}.parquet`)
    expect(read).toHaveLength(rows)
    expect(read.slice(0, first.length)).toEqual(first)
  })

  it('but for a time that its writer could not hold, which is no time here', async () => {
    const [, , , , , last] = await all(readDocuments(`${folder}int96_from_spark.parquet`))
    expect(last?.values.a).toEqual(new Date(Number.NaN))
  })

  it('in a framing of LZ4 that DuckDB does not read', async () => {
    expect(await rowsOf('hadoop_lz4_compressed.parquet')).toEqual(expected.lz4_raw_compressed.first)
  })
})

describe('the files of apache/parquet-testing are refused where they', () => {
  const named = (pattern: RegExp) => readdirSync(folder).filter((name) => pattern.test(name))

  it.each(named(/encrypted$/))('are encrypted: %s', async (name) => {
    await expect(rowsOf(name)).rejects.toThrow('is encrypted; write it without encryption')
  })

  it.each(['nation.dict-malformed.parquet', ...named(/^(?:PARQUET|ARROW).*\.parquet$/)])(
    'are damaged: %s',
    async (name) => {
      const reading = rowsOf(name)
      await expect(reading).rejects.toBeInstanceOf(InputError)
      await expect(reading).rejects.toThrow('cannot be read as Parquet: it is damaged')
    },
  )
})
