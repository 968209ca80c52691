import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { AppendingFile } from '@pinecone-inference/files'
import { type JournalHead, journalLine, readCheckedLines, type VectorFacts } from './journal.js'

/** How an output was made, and from what. */
export interface OutputFacts {
  readonly settings: JournalHead['settings']
  readonly input: { readonly records: number; readonly digest: string }
  /** The inputs, as they are called beside the output. */
  readonly from?: readonly string[] | undefined
  readonly vectors: VectorFacts
  /** Digests of the output's parts, by `fileDigest`. */
  readonly digests: readonly string[]
  /** Records of the input without a vector. */
  readonly failed: number
  /** Records in the output that an earlier input had and this one no longer has. */
  readonly left: number
}

/** The id of a record, and the hash of its text; none for one that could not be embedded. */
export type RecordedText = readonly [id: string, hash?: string]

/** A line of the file: some records, in the order of the output; on the last line, the facts of the output. */
interface Line {
  readonly records?: readonly RecordedText[]
  readonly output?: OutputFacts
}

/**
 * OUTPUT.record.jsonl: the texts whose vectors an output has, so that later runs need not embed them again. It grows with
 * the output.
 */
export class OutputRecord {
  readonly #file: AppendingFile
  #pending: RecordedText[] = []

  private constructor(file: AppendingFile) {
    this.#file = file
  }

  /** Opens or creates a file, and truncates it to the given length. */
  static async open(path: string, length: number): Promise<OutputRecord> {
    return new OutputRecord(await AppendingFile.open(path, length))
  }

  add(id: string, text?: string): void {
    this.#pending.push(text === undefined ? [id] : [id, textHash(text)])
  }

  /** Adds a record from an earlier output or run. */
  take(recorded: RecordedText): void {
    this.#pending.push(recorded)
  }

  /** Brings everything added so far to the disk, and returns the length of the file. */
  async sync(): Promise<number> {
    const records = this.#pending
    this.#pending = []
    if (records.length > 0) await this.#append({ records })
    await this.#file.sync()
    return this.#file.length
  }

  async finish(output: OutputFacts): Promise<void> {
    await this.#append({ output })
    await this.#file.sync()
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  #append(line: Line): Promise<void> {
    return this.#file.append(Buffer.from(journalLine(line)))
  }
}

/** Reads a record file as far as it is intact; `output` is undefined if it is unfinished or damaged. */
export async function readOutputRecord(
  path: string,
  length?: number,
): Promise<{ records: RecordedText[]; output: OutputFacts | undefined }> {
  const all: RecordedText[] = []
  let facts: OutputFacts | undefined
  for await (const { content, end } of readCheckedLines(path)) {
    if (length !== undefined && end > length) break
    const { records = [], output } = content as Line
    for (const record of records) all.push(record)
    facts = output
  }
  return { records: all, output: facts }
}

/** A hash of a text, 132 bits. */
export function textHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}

/** Digests of files, one after another. */
export async function fileDigests(paths: readonly string[]): Promise<string[]> {
  const digests: string[] = []
  for (const path of paths) digests.push(await fileDigest(path))
  return digests
}

export async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('base64url')
}
