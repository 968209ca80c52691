import { type AsyncBuffer, parquetMetadata, parquetReadObjects } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { expect, it } from 'vitest'
import { forEmptyPages, parquetRows } from './parquet-rows.js'

const rows = 3000
const text = (i: number) => `${i} ${'x'.repeat(20_000)}`

/** 60 MB of texts in one row group. */
function fileOf(offsetIndex: boolean): ArrayBuffer {
  const numbers = Array.from({ length: rows }, (_, i) => i)
  const columnData = [
    { name: 'id', data: numbers.map((i) => `id-${i}`) },
    { name: 'text', data: numbers.map(text), encoding: 'PLAIN' as const, codec: 'UNCOMPRESSED' as const },
    { name: 'lang', data: numbers.map((i) => ['en', 'de', undefined][i % 3]) },
    { name: 'tags', data: numbers.map((i) => Array.from({ length: i % 4 }, (_, at) => `tag-${i}-${at}`)) },
    { name: 'unused', data: numbers.map(text), encoding: 'PLAIN' as const },
  ]
  return parquetWriteBuffer({
    columnData: columnData.map((column) => ({ ...column, offsetIndex })),
    schema: [
      { name: 'root', num_children: 5 },
      { name: 'id', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      { name: 'text', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      { name: 'lang', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      { name: 'tags', converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      { name: 'unused', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
    ],
    rowGroupSize: rows,
    pageSize: 100_000,
  })
}

function counting(file: ArrayBuffer) {
  let bytesRead = 0
  const buffer: AsyncBuffer = {
    byteLength: file.byteLength,
    slice(start, end) {
      const bytes = file.slice(start, end)
      bytesRead += bytes.byteLength
      return bytes
    },
  }
  return { buffer, bytesRead: () => bytesRead }
}

it.each([
  ['with', fileOf(true)],
  ['without', fileOf(false)],
])('a large row group is read once, and right, %s an offset index', async (_, file) => {
  const { buffer, bytesRead } = counting(file)
  const metadata = parquetMetadata(file)
  const columns = ['id', 'text', 'lang', 'tags']
  const expected = await parquetReadObjects({ file, metadata, columns })
  let count = 0
  for await (const { row, values } of parquetRows(buffer, metadata, columns)) {
    count++
    if (row !== count) expect(row).toBe(count)
    if (values.text !== expected[row - 1]?.text) expect(values.id).toBe(`id-${row - 1}`)
    expect({ ...values, text: '' }).toEqual({ ...expected[row - 1], text: '' })
  }
  expect(count).toBe(rows)
  expect(bytesRead()).toBeLessThan(1.1 * rows * text(1).length)
})

it('asks no compressor for a page without values', () => {
  const asked: number[] = []
  const { SNAPPY } = forEmptyPages({
    SNAPPY: (_, length) => {
      asked.push(length)
      return new Uint8Array(length)
    },
  })
  expect([SNAPPY?.(new Uint8Array(), 0).length, SNAPPY?.(new Uint8Array(3), 5).length]).toEqual([0, 5])
  expect(asked).toEqual([5])
})
