import type { AsyncBuffer, Compressors, FileMetaData, OffsetIndex, RowGroup } from 'hyparquet'
import type { PreparedParquetReadOptions } from 'hyparquet/src/scan.js'
import { locatePages } from './parquet-pages.js'
import { storedValues } from './parquet-stored.js'
import { parsers } from './parquet-text.js'

/** Uncompressed bytes of the wanted columns that are decoded at a time, whatever the file's row groups hold. */
const SLICE_BYTES = 8 * 1024 * 1024

export interface Row {
  /** Counted from 1. */
  row: number
  values: Record<string, unknown>
}

/**
 * The rows of a Parquet file with the given columns, a slice of a row group at a time.
 *
 * @param only the one row group that is wanted; default: all
 */
export async function* parquetRows(
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: string[],
  only?: number,
): AsyncGenerator<Row, void> {
  // ES modules only, and only needed here.
  const [{ parquetReadObjects, parquetSchema }, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ])
  const root = parquetSchema(metadata)
  const stored = storedValues(metadata, root)
  const flat = root.children
    .filter(({ element, children }) => element.repetition_type !== 'REPEATED' && children.length === 0)
    .map(({ element }) => element.name)
    .filter((name) => columns.includes(name))
  let groupStart = 0
  for (const [index, group] of metadata.row_groups.entries()) {
    const groupRows = Number(group.num_rows)
    if (only !== undefined && index !== only) {
      groupStart += groupRows
      continue
    }
    const slices = Math.max(1, Math.ceil(bytesOf(group, columns) / SLICE_BYTES))
    const rows = Math.ceil(groupRows / slices)
    const pageLocationsByGroup: Record<string, OffsetIndex['page_locations']>[] = []
    if (slices > 1) pageLocationsByGroup[index] = await pagesWithoutIndex(file, group, flat)
    const options: PreparedParquetReadOptions = {
      file,
      metadata: stored.metadata,
      parsers,
      columns,
      compressors: forEmptyPages(compressors),
      useOffsetIndex: true,
      // hyparquet's own name for locations that are known already; without them it reads all of the column chunk
      pageLocationsByGroup,
    }
    for (let start = 0; start < groupRows; start += rows) {
      const rowStart = groupStart + start
      const rowEnd = groupStart + Math.min(start + rows, groupRows)
      const slice = await parquetReadObjects({ ...options, rowStart, rowEnd })
      for (const [i, values] of slice.entries()) {
        stored.decode(values)
        yield { row: rowStart + i + 1, values }
      }
    }
    groupStart += groupRows
  }
}

/** Of the columns that the file has no offset index for. */
async function pagesWithoutIndex(file: AsyncBuffer, group: RowGroup, columns: readonly string[]) {
  const found: Record<string, OffsetIndex['page_locations']> = {}
  for (const { meta_data, offset_index_offset } of group.columns) {
    const [name = ''] = meta_data?.path_in_schema ?? []
    if (!meta_data || offset_index_offset || !columns.includes(name)) continue
    const pages = await locatePages(file, meta_data, Number(group.num_rows))
    if (pages) found[name] = pages
  }
  return found
}

function bytesOf(group: RowGroup, columns: readonly string[]): number {
  return group.columns
    .filter(({ meta_data }) => columns.includes(meta_data?.path_in_schema[0] ?? ''))
    .reduce((sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0), 0)
}

/**
 * A page of version 2 without values, as Arrow writes one of nulls, has nothing to decompress, and no compressor's frame
 * either: https://github.com/apache/parquet-testing, datapage_v2_empty_datapage.snappy.parquet.
 */
export function forEmptyPages(compressors: Compressors): Compressors {
  const entries = Object.entries(compressors).map(([codec, decompress]): [string, typeof decompress] => [
    codec,
    (bytes, length) => (length === 0 ? new Uint8Array() : decompress(bytes, length)),
  ])
  return Object.fromEntries(entries)
}
