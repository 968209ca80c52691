import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SchemaElement } from 'hyparquet'
import { parquetWriteFile } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { type MetadataType, readRecords } from '../dist/index.js'
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

async function valuesOf(path: string, name: string, metadataTypes: Record<string, MetadataType> = {}) {
  return (await all(readRecords(path, { metadataFields: [name], metadataTypes }))).map(
    ({ metadata }) => metadata?.[name],
  )
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

  describe('decimals', () => {
    const price = {
      name: 'price',
      type: 'FIXED_LEN_BYTE_ARRAY',
      type_length: 16,
      converted_type: 'DECIMAL',
      precision: 38,
      repetition_type: 'OPTIONAL',
    } as const
    it('are numbers where a double keeps them, and otherwise texts on demand', async () => {
      const unscaled = [1_050n, -1n, 0n, 12_345_678_901_234_567_890n, -900_719_925_474_099_301n]
      const path = await withColumn({ ...price, scale: 2 }, unscaled)
      const metadataTypes = { price: 'string' } as const
      const texts = await valuesOf(path, 'price', metadataTypes)
      expect(texts).toEqual(['10.5', '-0.01', '0', '123456789012345678.9', '-9007199254740993.01'])
      for (const types of [{}, { price: 'number' }] as const) {
        await expect(valuesOf(path, 'price', types)).rejects.toThrow(
          'row 4: the field "price" is 123456789012345678.9, which a 64-bit float rounds; make it a string (--metadata-types price:string)',
        )
      }
    })

    it('of few digits are numbers, whatever their scale', async () => {
      const path = await withColumn({ ...price, scale: 20 }, [123n, 15n * 10n ** 19n])
      expect(await valuesOf(path, 'price')).toEqual([1.23e-18, 1.5])
    })
  })

  it('has no ids of floats beyond 2^53, which stand for many integers', async () => {
    const column = { name: 'key', type: 'DOUBLE', repetition_type: 'REQUIRED' } as const
    const path = await withColumn(column, [7, 2 ** 127])
    await expect(all(readRecords(path, { idField: 'key' }))).rejects.toThrow(
      'row 2: the id is 1.7014118346046923e+38, a 64-bit float, which rounds integers beyond 9007199254740991',
    )
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
