import type { ParquetWriter } from 'hyparquet-writer'
import type { writeColumn } from 'hyparquet-writer/src/column.js'
import type { PageData } from 'hyparquet-writer/src/types.js'
import type { EmbeddedRecord } from '../record.js'
import type { Column } from './parquet-layout.js'

/** The columns of a file, and the library's function that writes one of them. */
export interface Layout {
  readonly columns: readonly Column[]
  readonly writeColumn: typeof writeColumn
}

/** The library's default. */
const PAGE_BYTES = 1024 * 1024
const ROOT = { name: 'schema' }

/**
 * Does what the library's own `write` does, except for turning lists into levels: the library walks a tree for each number,
 * which takes four times as long as all the rest.
 */
export function addRowGroup(
  parquet: ParquetWriter,
  records: readonly EmbeddedRecord[],
  { columns, writeColumn }: Layout,
): void {
  const { writer } = parquet
  const compressors = { SNAPPY: parquet.compressors.SNAPPY }
  const start = writer.offset
  const chunks = columns.map(({ path, codec, encoding, data }) => {
    const [element = { name: '' }] = path.slice(-1)
    const column = {
      columnName: path.map(({ name }) => name).join('.'),
      element,
      schemaPath: [ROOT, ...path],
      codec,
      ...(encoding && { encoding }),
      compressors,
      stats: false,
      pageSize: PAGE_BYTES,
      columnIndex: false,
      offsetIndex: false,
    }
    // It only slices and reads the levels, so bytes are enough, at an eighth of an array's memory.
    const pageData = data(records) as unknown as PageData
    return writeColumn({ writer, column, pageData }).chunk
  })
  const bytes = chunks.reduce((sum, { meta_data }) => sum + (meta_data?.total_uncompressed_size ?? 0n), 0n)
  parquet.row_groups.push({
    columns: chunks,
    num_rows: BigInt(records.length),
    total_byte_size: bytes,
    total_compressed_size: BigInt(writer.offset - start),
  })
  parquet.num_rows += BigInt(records.length)
}
