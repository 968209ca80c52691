import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { FileMetaData } from 'hyparquet'
import { outputFormat } from '../output-format.js'
import type { EmbeddedRecord } from '../record.js'
import { fileBuffer } from './file-buffer.js'
import { losslessly } from './json-numbers.js'
import { parquetRows } from './parquet-rows.js'
import { type EmbeddedOptions, embeddedOf } from './read-embedded.js'

/** A file of embedded records from which any one can be taken, in any order. */
export interface EmbeddedFile {
  readonly records: number
  /** @param position counted from 0 */
  at(position: number): Promise<EmbeddedRecord>
  close(): Promise<void>
}

/**
 * Opens a file that `writeRecords` has written, for taking records out of it by their positions. Takes 8 bytes of memory
 * a record of JSONL, and some row groups of Parquet.
 *
 * @throws Error where the file cannot be read
 * @example
 * ```ts
 * const file = await openEmbedded('vectors.parquet')
 * const last = await file.at(file.records - 1)
 * await file.close()
 * ```
 */
export async function openEmbedded(path: string, options: EmbeddedOptions = {}): Promise<EmbeddedFile> {
  const handle = await open(path)
  try {
    return outputFormat(path) === 'parquet'
      ? await rowsOf(handle, options)
      : linesOf(handle, await lineStarts(path), options)
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Where each line begins, and where the last one ends. */
async function lineStarts(path: string): Promise<number[]> {
  const starts = [0]
  let offset = 0
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) starts.push(offset + at + 1)
    offset += chunk.length
  }
  return starts
}

function linesOf(handle: FileHandle, starts: readonly number[], options: EmbeddedOptions): EmbeddedFile {
  const records = starts.length - 1
  return {
    records,
    async at(position) {
      const [start, end] = [starts[position], starts[position + 1]]
      if (start === undefined || end === undefined) throw outside(position, records)
      const line = await fileBuffer(handle, end).slice(start)
      return embeddedOf(losslessly(Buffer.from(line).toString()) as Record<string, unknown>, options)
    },
    close: () => handle.close(),
  }
}

/** Row groups that are held: of a file that is asked for in its order one would do. */
const ROW_GROUPS_HELD = 4

async function rowsOf(handle: FileHandle, options: EmbeddedOptions): Promise<EmbeddedFile> {
  const { parquetMetadataAsync, parquetSchema } = await import('hyparquet')
  const file = fileBuffer(handle, (await handle.stat()).size)
  const metadata = await parquetMetadataAsync(file)
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name)
  const held = new Map<number, Promise<EmbeddedRecord[]>>()

  const read = async (group: number): Promise<EmbeddedRecord[]> => {
    const records: EmbeddedRecord[] = []
    for await (const { values } of parquetRows(file, metadata, columns, group)) {
      records.push(embeddedOf(values, options))
    }
    return records
  }
  const recordsOf = (group: number): Promise<EmbeddedRecord[]> => {
    const records = held.get(group) ?? read(group)
    held.delete(group)
    held.set(group, records)
    const [oldest] = held.keys()
    if (held.size > ROW_GROUPS_HELD && oldest !== undefined) held.delete(oldest)
    return records
  }
  const starts = groupStarts(metadata)
  const records = Number(metadata.num_rows)
  return {
    records,
    async at(position) {
      const group = starts.findLastIndex((start) => start <= position)
      const record = (await recordsOf(group))[position - (starts[group] ?? 0)]
      if (!record) throw outside(position, records)
      return record
    },
    close: () => handle.close(),
  }
}

function groupStarts({ row_groups }: FileMetaData): number[] {
  let rows = 0
  return row_groups.map(({ num_rows }) => {
    const start = rows
    rows += Number(num_rows)
    return start
  })
}

function outside(position: number, records: number): RangeError {
  return new RangeError(`there is no record ${position} among ${records}`)
}
