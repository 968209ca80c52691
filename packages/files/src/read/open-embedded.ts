import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { FileMetaData } from 'hyparquet'
import { outputFormat } from '../output-format.js'
import type { EmbeddedRecord } from '../record.js'
import { fileBuffer } from './file-buffer.js'
import { losslessly } from './json-numbers.js'
import { parquetRows } from './parquet-rows.js'
import { type EmbeddedOptions, embeddedOf } from './read-embedded.js'

/** Embedded records from which any one can be taken, in any order. */
export interface EmbeddedFile {
  readonly records: number
  /** @param position counted from 0 */
  at(position: number): Promise<EmbeddedRecord>
  close(): Promise<void>
}

/**
 * Opens a file that `writeRecords` has written, or the parts of an output in their order, for taking records out of it by
 * their positions. Takes 8 bytes of memory per record of JSONL, and some row groups of Parquet.
 *
 * @throws Error where a file cannot be read
 * @example
 * ```ts
 * const file = await openEmbedded('vectors.parquet')
 * const last = await file.at(file.records - 1)
 * await file.close()
 * ```
 */
export async function openEmbedded(
  paths: string | readonly string[],
  options: EmbeddedOptions = {},
): Promise<EmbeddedFile> {
  const files: EmbeddedFile[] = []
  const close = async () => {
    for (const file of files) await file.close()
  }
  const held = new HeldRowGroups()
  try {
    for (const path of [paths].flat()) files.push(await openFile(path, options, held))
  } catch (error) {
    await close()
    throw error
  }
  const records = files.reduce((sum, file) => sum + file.records, 0)
  return {
    records,
    async at(position) {
      let before = 0
      for (const file of files) {
        if (position >= before && position < before + file.records) return file.at(position - before)
        before += file.records
      }
      throw new RangeError(`there is no record ${position} among ${records}`)
    },
    close,
  }
}

async function openFile(path: string, options: EmbeddedOptions, held: HeldRowGroups): Promise<EmbeddedFile> {
  const handle = await open(path)
  try {
    return outputFormat(path) === 'parquet'
      ? await rowsOf(handle, path, options, held)
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
  return {
    records: starts.length - 1,
    async at(position) {
      const [start = 0, end = 0] = starts.slice(position, position + 2)
      const line = await fileBuffer(handle, end).slice(start)
      return embeddedOf(losslessly(Buffer.from(line).toString()) as Record<string, unknown>, options)
    },
    close: () => handle.close(),
  }
}

/** The row groups that were asked for last. Of records that are asked for in their order, one would do. */
class HeldRowGroups {
  static readonly MOST = 4
  readonly #held = new Map<string, Promise<EmbeddedRecord[]>>()

  get(name: string, read: () => Promise<EmbeddedRecord[]>): Promise<EmbeddedRecord[]> {
    const records = this.#held.get(name) ?? read()
    this.#held.delete(name)
    this.#held.set(name, records)
    const [oldest] = this.#held.keys()
    if (this.#held.size > HeldRowGroups.MOST && oldest !== undefined) this.#held.delete(oldest)
    return records
  }
}

async function rowsOf(
  handle: FileHandle,
  path: string,
  options: EmbeddedOptions,
  held: HeldRowGroups,
): Promise<EmbeddedFile> {
  const { parquetMetadataAsync, parquetSchema } = await import('hyparquet')
  const file = fileBuffer(handle, (await handle.stat()).size)
  const metadata = await parquetMetadataAsync(file)
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name)
  const starts = groupStarts(metadata)

  const read = async (group: number): Promise<EmbeddedRecord[]> => {
    const records: EmbeddedRecord[] = []
    for await (const { values } of parquetRows(file, metadata, columns, group)) {
      records.push(embeddedOf(values, options))
    }
    return records
  }
  return {
    records: Number(metadata.num_rows),
    async at(position) {
      const group = starts.findLastIndex((start) => start <= position)
      const record = (await held.get(`${group} ${path}`, () => read(group)))[position - (starts[group] ?? 0)]
      if (!record) throw new Error(`${path} lacks record ${position} in its row group ${group}`)
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
