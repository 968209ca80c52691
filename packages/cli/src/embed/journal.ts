import { readFile } from 'node:fs/promises'
import { AppendingFile, type Checkpoint } from '@pinecone-inference/files'

/** What a run is about. A run that goes on must be about the same. */
export interface JournalHead {
  readonly settings: Readonly<Record<string, unknown>>
  /** Null for the standard input, of which nothing is known beforehand. */
  readonly input: { readonly records: number; readonly digest: string } | null
}

/** How far a run is. All of it is on disk when this is written. */
export interface JournalEntry {
  /** Records of the input that are done, from its start. */
  readonly read: number
  /** Digest of those records. */
  readonly digest: string
  readonly output: Checkpoint
  readonly failed: { readonly records: number; readonly bytes: number }
  /** Tokens that the service has counted, by model. */
  readonly tokens: Readonly<Record<string, number>>
  /** The files are whole and only have to be given their names. */
  readonly finished?: boolean
}

export interface JournalContent {
  readonly head: JournalHead
  readonly entries: readonly JournalEntry[]
  /** Bytes up to the end of the last whole line. */
  readonly bytes: number
}

/** Reads a journal; undefined if there is none, or its first line is not whole. */
export async function readJournal(path: string): Promise<JournalContent | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const lines: unknown[] = []
  let bytes = 0
  // What follows the last line was being written when the process was killed, or the power went.
  for (const line of text.split('\n').slice(0, -1)) {
    const value = parsed(line)
    if (value === undefined) break
    lines.push(value)
    bytes += Buffer.byteLength(line) + 1
  }
  const [head, ...entries] = lines as [JournalHead?, ...JournalEntry[]]
  return head && { head, entries, bytes }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Says on disk how far a run is, a line a checkpoint. */
export class Journal {
  readonly #file: AppendingFile

  private constructor(file: AppendingFile) {
    this.#file = file
  }

  static async create(path: string, head: JournalHead): Promise<Journal> {
    const journal = new Journal(await AppendingFile.open(path, 0))
    await journal.#write(head)
    return journal
  }

  static async continue(path: string, { bytes }: JournalContent): Promise<Journal> {
    return new Journal(await AppendingFile.open(path, bytes))
  }

  write(entry: JournalEntry): Promise<void> {
    return this.#write(entry)
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  async #write(line: JournalHead | JournalEntry): Promise<void> {
    await this.#file.append(Buffer.from(`${JSON.stringify(line)}\n`))
    await this.#file.sync()
  }
}
