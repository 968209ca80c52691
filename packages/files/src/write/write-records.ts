import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { EmbeddedRecord } from '../record.js'
import { moveIntoPlace } from './move-into-place.js'
import { openWriter, type WriterOptions } from './open-writer.js'

/**
 * Writes a file, whole or not at all: under another name first, synced, then renamed. An existing file is replaced.
 *
 * @returns how many records it holds
 * @example
 * ```ts
 * await writeRecords('part-0.parquet', records, { format: 'parquet', vectors: { dense: true, sparse: false } })
 * ```
 */
export async function writeRecords(
  path: string,
  records: Iterable<EmbeddedRecord> | AsyncIterable<EmbeddedRecord>,
  options: Omit<WriterOptions, 'checkpoints' | 'partBytes'>,
): Promise<number> {
  // Another process, or another machine, may be writing the same file.
  const unfinished = `${path}.${randomUUID()}.tmp`
  const writer = await openWriter(unfinished, options)
  let count = 0
  try {
    for await (const record of records) {
      await writer.append(record)
      count++
    }
    await writer.finish()
    await moveIntoPlace(unfinished, path)
    return count
  } catch (error) {
    await writer.close()
    await rm(unfinished, { force: true })
    throw error
  }
}
