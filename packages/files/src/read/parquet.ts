import { type FileHandle, open } from 'node:fs/promises'
import type { AsyncBuffer, FileMetaData, RowGroup } from 'hyparquet'
import { InputError } from '../input-error.js'
import type { Fields } from './fields.js'

/** Uncompressed bytes of the wanted columns that are decoded at a time, whatever the file's row groups hold. */
const SLICE_BYTES = 16 * 1024 * 1024

export interface Columns {
  readonly required: readonly string[]
  readonly optional: readonly string[]
}

/** The rows of a Parquet file, a slice of a row group at a time; only the wanted columns are read, else all. */
export async function* readParquet(path: string, columns?: Columns): AsyncGenerator<Fields, void> {
  // ES modules only, and only needed here.
  const [{ parquetMetadataAsync, parquetReadObjects, parquetSchema }, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ])
  const source = path
  const handle = await open(path)
  try {
    const file = await asBuffer(handle)
    const metadata = await parquetMetadataAsync(file)
    const present = parquetSchema(metadata).children.map(({ element }) => element.name)
    const missing = columns?.required.find((name) => !present.includes(name))
    if (missing !== undefined) {
      const list = present.map((name) => JSON.stringify(name)).join(', ')
      throw new InputError({ source }, `has no column ${JSON.stringify(missing)}; it has ${list}`)
    }
    const wanted = columns
      ? [...columns.required, ...columns.optional].filter((name) => present.includes(name))
      : present
    for (const { rowStart, rowEnd } of slicesOf(metadata, wanted)) {
      const rows = await parquetReadObjects({
        file,
        metadata,
        columns: wanted,
        compressors,
        rowStart,
        rowEnd,
      })
      for (const [i, values] of rows.entries()) {
        const line = rowStart + i + 1
        yield { values, refuse: (problem) => new InputError({ source, line, unit: 'row' }, problem) }
      }
    }
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError(
      { source },
      `cannot be read as Parquet: ${error instanceof Error ? error.message : error}`,
      error,
    )
  } finally {
    await handle.close()
  }
}

async function asBuffer(handle: FileHandle): Promise<AsyncBuffer> {
  const { size } = await handle.stat()
  return {
    byteLength: size,
    async slice(start, end = size) {
      const from = start < 0 ? size + start : start
      const bytes = new Uint8Array(Math.min(end, size) - from)
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, at, bytes.length - at, from + at)
        if (bytesRead === 0) throw new Error('the file became shorter while it was read')
        at += bytesRead
      }
      return bytes.buffer
    },
  }
}

function* slicesOf({ row_groups }: FileMetaData, columns: readonly string[]) {
  let groupStart = 0
  for (const group of row_groups) {
    const groupRows = Number(group.num_rows)
    const slices = Math.max(1, Math.ceil(bytesOf(group, columns) / SLICE_BYTES))
    const rows = Math.ceil(groupRows / slices)
    for (let start = 0; start < groupRows; start += rows) {
      yield { rowStart: groupStart + start, rowEnd: groupStart + Math.min(start + rows, groupRows) }
    }
    groupStart += groupRows
  }
}

function bytesOf(group: RowGroup, columns: readonly string[]): number {
  return group.columns
    .filter(({ meta_data }) => columns.includes(meta_data?.path_in_schema[0] ?? ''))
    .reduce((sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0), 0)
}
