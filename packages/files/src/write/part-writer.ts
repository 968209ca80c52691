import { access, rm } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import type { EmbeddedRecord } from '../record.js'
import { syncFolder } from './move-into-place.js'
import type { Checkpoint, FileWriter, RecordWriter } from './record-writer.js'

/** The path of a part by that of the first: `import/0.parquet` is followed by `import/1.parquet`. */
export function partOf(first: string, part: number): string {
  return part === 0 ? first : join(dirname(first), `${part}${extname(first)}`)
}

export interface Parts {
  /** The first part's path, such as `import/0.parquet`. */
  readonly first: string
  /** A part that has so many bytes is followed by another. */
  readonly bytes: number
  /** Opens one of them. */
  open(path: string, checkpoints: readonly Checkpoint[]): Promise<FileWriter>
}

/**
 * Opens parts for writing: new ones, or those to resume after a last checkpoint. Parts after that are removed.
 *
 * @throws Error if a part before it is gone
 */
export async function openPartWriter(
  parts: Parts,
  checkpoints: readonly Checkpoint[],
): Promise<RecordWriter> {
  const { first } = parts
  if (basename(first, extname(first)) !== '0')
    throw new RangeError(`${first} does not begin parts: call it 0`)
  const { part = 0, records = 0 } = checkpoints.at(-1) ?? {}
  for (let before = 0; before < part; before++) await access(partOf(first, before))
  await removePartsAfter(first, part)
  const before = checkpoints.findLast((one) => (one.part ?? 0) < part)?.records ?? 0
  const ofPart = checkpoints.filter((one) => (one.part ?? 0) === part)
  const writer = await parts.open(
    partOf(first, part),
    ofPart.map((one) => ({ ...one, records: one.records - before })),
  )
  return new PartWriter(parts, writer, { part, records })
}

class PartWriter implements RecordWriter {
  readonly #parts: Parts
  #writer: FileWriter
  #part: number
  #records: number

  constructor(parts: Parts, writer: FileWriter, { part, records }: { part: number; records: number }) {
    this.#parts = parts
    this.#writer = writer
    this.#part = part
    this.#records = records
  }

  async append(record: EmbeddedRecord): Promise<void> {
    if (this.#writer.bytes >= this.#parts.bytes) await this.#next()
    await this.#writer.append(record)
    this.#records++
  }

  async checkpoint(): Promise<Checkpoint> {
    return { ...(await this.#writer.checkpoint()), records: this.#records, part: this.#part }
  }

  finish(): Promise<void> {
    return this.#writer.finish()
  }

  close(): Promise<void> {
    return this.#writer.close()
  }

  /** A part is whole and on disk before the next one begins. */
  async #next(): Promise<void> {
    const { first, open } = this.#parts
    await this.#writer.finish()
    this.#part++
    this.#writer = await open(partOf(first, this.#part), [])
    await syncFolder(dirname(first))
  }
}

/** From the last one on, so that after a kill those that are left follow one another. */
async function removePartsAfter(first: string, part: number): Promise<void> {
  const paths: string[] = []
  for (let next = part + 1; await exists(partOf(first, next)); next++) paths.push(partOf(first, next))
  for (const path of paths.reverse()) await rm(path)
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
