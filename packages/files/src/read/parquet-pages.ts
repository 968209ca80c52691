import type { AsyncBuffer, ColumnMetaData, OffsetIndex, PageHeader } from 'hyparquet'

/** Enough for most headers; the statistics of long texts make some longer. */
const HEADER_BYTES = 4096

/**
 * Locates the pages of a column chunk by their headers, in the form of an offset index. Only for a column without nesting,
 * where each value is a row. Undefined if the headers do not add up to the chunk.
 */
export async function locatePages(
  file: AsyncBuffer,
  chunk: ColumnMetaData,
  rows: number,
): Promise<OffsetIndex['page_locations'] | undefined> {
  const start = Number(chunk.dictionary_page_offset || chunk.data_page_offset)
  const end = start + Number(chunk.total_compressed_size)
  const pages: OffsetIndex['page_locations'] = []
  let row = 0
  for (let offset = start; row < rows && offset < end; ) {
    const { header, headerBytes } = await headerAt(file, offset, end)
    const values = header.data_page_header?.num_values ?? header.data_page_header_v2?.num_rows
    const bytes = headerBytes + header.compressed_page_size
    if (bytes < headerBytes) return undefined
    if (values !== undefined) {
      pages.push({ offset: BigInt(offset), compressed_page_size: bytes, first_row_index: BigInt(row) })
      row += values
    }
    offset += bytes
  }
  return row === rows ? pages : undefined
}

async function headerAt(
  file: AsyncBuffer,
  offset: number,
  end: number,
): Promise<{ header: PageHeader; headerBytes: number }> {
  const { parquetHeader } = await import('hyparquet/src/column.js')
  for (let length = HEADER_BYTES; ; length *= 2) {
    const reader = { view: new DataView(await file.slice(offset, Math.min(offset + length, end))), offset: 0 }
    try {
      return { header: parquetHeader(reader), headerBytes: reader.offset }
    } catch (error) {
      if (offset + length >= end) throw error
    }
  }
}
