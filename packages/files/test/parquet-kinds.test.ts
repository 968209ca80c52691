import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SchemaElement } from 'hyparquet'
import { parquetWriteFile } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { readRecords } from '../dist/index.js'
import { all, folderOf } from './folder.js'

/** A file with one column beside id and text. */
async function withColumn(column: SchemaElement, data: unknown[]) {
  const filename = join(await folderOf(), 'in.parquet')
  const texts = data.map((_, i) => `${i}`)
  const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' } as const
  parquetWriteFile({
    filename,
    schema: [{ name: 'root', num_children: 3 }, { ...text, name: 'id' }, { ...text, name: 'text' }, column],
    columnData: [
      { name: 'id', data: texts },
      { name: 'text', data: texts },
      { name: column.name, data: data as number[] },
    ],
  })
  return filename
}

async function valuesOf(path: string, name: string) {
  return (await all(readRecords(path, { metadataFields: [name] }))).map(({ metadata }) => metadata?.[name])
}

describe('Parquet', () => {
  it.each([
    [
      'TIMESTAMP_MICROS',
      [1_700_000_000_123_456n, -1n],
      ['2023-11-14T22:13:20.123456Z', '1969-12-31T23:59:59.999999Z'],
    ],
    ['TIME_MICROS', [86_399_123_456n, 0n], ['23:59:59.123456', '00:00:00.000000']],
  ] as const)('keeps times to the microsecond: %s', async (converted_type, stored, read) => {
    const column = { name: 'at', type: 'INT64', converted_type, repetition_type: 'OPTIONAL' } as const
    expect(await valuesOf(await withColumn(column, [...stored]), 'at')).toEqual(read)
  })

  it('says the unit of a time of day', async () => {
    const column = {
      name: 'at',
      type: 'INT32',
      converted_type: 'TIME_MILLIS',
      repetition_type: 'OPTIONAL',
    } as const
    expect(await valuesOf(await withColumn(column, [3_723_004, null]), 'at')).toEqual([
      '01:02:03.004',
      undefined,
    ])
  })

  it('passes over columns that nobody asked for, intervals among them, and reads those', async () => {
    const column = {
      name: 'for',
      type: 'FIXED_LEN_BYTE_ARRAY',
      type_length: 12,
      converted_type: 'INTERVAL',
      repetition_type: 'OPTIONAL',
    } as const
    const path = await withColumn(column, [new Uint8Array([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0])])
    expect(await all(readRecords(path))).toEqual([{ id: '0', text: '0' }])
    expect(await valuesOf(path, 'for')).toEqual(['P1M2DT0.003S'])
  })

  it('that is empty, or encrypted, is told as such', async () => {
    const folder = await folderOf({ 'empty.parquet': '' })
    await expect(all(readRecords(join(folder, 'empty.parquet')))).rejects.toThrow(
      'is empty, so it is not Parquet',
    )
    // a footer that is encrypted ends so: https://github.com/apache/parquet-format/blob/master/Encryption.md
    await writeFile(join(folder, 'in.parquet'), 'PARE and what follows PARE')
    await expect(all(readRecords(join(folder, 'in.parquet')))).rejects.toThrow(
      'is encrypted; write it without',
    )
  })
})
