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

/** Reads a journal; undefined if there is none, or it ends before its first line does. */
export async function readJournal(path: string): Promise<JournalContent | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  // A line that was being written when the process was killed has no end.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  if (whole === '') return undefined
  const [head, ...entries] = whole
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  return { head, entries, bytes: Buffer.byteLength(whole) }
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
