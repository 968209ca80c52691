import { tableFromArrays, tableToIPC } from 'apache-arrow'
import { parquetMetadata, readOffsetIndex } from 'hyparquet'
import { ByteWriter, parquetWriteBuffer } from 'hyparquet-writer'
import { serializeTCompactProtocol } from 'hyparquet-writer/src/thrift.js'
import { Table, WriterPropertiesBuilder, WriterVersion, writeParquet } from 'parquet-wasm'
import { expect, it } from 'vitest'
import { locatePages } from './parquet-pages.js'

const rows = 20_000
const id = Array.from({ length: rows }, (_, i) => `id-${i}`)
const text = Array.from({ length: rows }, (_, i) => (i % 7 ? `text ${i % 1000}` : null))

function byArrow(version: WriterVersion, dictionary: boolean): ArrayBuffer {
  const properties = new WriterPropertiesBuilder()
    .setWriterVersion(version)
    .setDictionaryEnabled(dictionary)
    .setDataPageSizeLimit(4000)
    .setWriteBatchSize(100)
    .build()
  const table = Table.fromIPCStream(tableToIPC(tableFromArrays({ id, text }), 'stream'))
  return new Uint8Array(writeParquet(table, properties)).buffer
}

function byHyparquet(): ArrayBuffer {
  const columnData = [
    { name: 'id', data: id },
    { name: 'text', data: text },
  ]
  return parquetWriteBuffer({ columnData, pageSize: 4000, rowGroupSize: rows })
}

it.each([
  ['Apache Arrow, version 1', byArrow(WriterVersion.V1, false)],
  ['Apache Arrow, version 1 with dictionaries', byArrow(WriterVersion.V1, true)],
  ['Apache Arrow, version 2', byArrow(WriterVersion.V2, false)],
  ['Apache Arrow, version 2 with dictionaries', byArrow(WriterVersion.V2, true)],
  ['hyparquet-writer', byHyparquet()],
])('finds the pages where the offset index says they are: %s', async (_, file) => {
  const [group] = parquetMetadata(file).row_groups
  expect(group?.columns).toHaveLength(2)
  let pages = 0
  for (const { meta_data, offset_index_offset } of group?.columns ?? []) {
    const reader = { view: new DataView(file), offset: Number(offset_index_offset) }
    const { page_locations } = readOffsetIndex(reader)
    expect(meta_data && (await locatePages(file, meta_data, rows))).toEqual(page_locations)
    pages += page_locations.length
  }
  expect(pages).toBeGreaterThan(4)
})

/** A chunk of one page of 3 values without nesting, and what a footer says of it. */
function chunkOf(header: { statistics?: Uint8Array; compressedBytes: number }) {
  const writer = new ByteWriter()
  serializeTCompactProtocol(writer, {
    field_1: 0,
    field_2: 12,
    field_3: header.compressedBytes,
    field_5: { field_1: 3, field_2: 0, field_3: 3, field_4: 3, field_5: { field_1: header.statistics } },
  })
  writer.appendBytes(new Uint8Array(12))
  const [chunk] = parquetMetadata(byHyparquet()).row_groups[0]?.columns ?? []
  if (!chunk?.meta_data) throw new Error('no column')
  const { dictionary_page_offset: _, ...column } = chunk.meta_data
  return {
    file: writer.getBuffer(),
    column: { ...column, data_page_offset: 0n, total_compressed_size: BigInt(writer.offset) },
  }
}

it('reads headers of any length, as the statistics of long texts make them', async () => {
  const { file, column } = chunkOf({ statistics: new Uint8Array(20_000).fill(97), compressedBytes: 12 })
  expect(await locatePages(file, column, 3)).toEqual([
    { offset: 0n, compressed_page_size: file.byteLength, first_row_index: 0n },
  ])
})

it('finds no pages where their headers do not add up', async () => {
  const { file, column } = chunkOf({ compressedBytes: 12 })
  expect(await locatePages(file, column, 4)).toBeUndefined()
  const negative = chunkOf({ compressedBytes: -200 })
  expect(await locatePages(negative.file, negative.column, 4)).toBeUndefined()
})
