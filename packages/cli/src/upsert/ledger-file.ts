import { stat } from 'node:fs/promises'
import { AppendingFile, moveIntoPlace } from '@pinecone-inference/files'
import { hasIntactLine, journalLine, readCheckedLines, type VectorFacts } from '../embed/output/journal.js'
import { count } from '../embed/report/report.js'
import { IndexError } from '../ending/expected-error.js'

/** The id of a record, and hashes of its content; where the index got it from a text, also of the text and its vectors. */
export type Upserted = readonly [id: string, content: string, text?: string, vectors?: string]

/** A line of the file: how the index is filled, or changes to some records. */
export interface Line {
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  readonly vectors?: VectorFacts
  /** The inputs that the records of the line are from. */
  readonly from?: readonly string[]
  /** Ids whose records are about to be upserted or deleted: until a later line says more, the index may have them or not. */
  readonly unsure?: readonly string[]
  /** What the index has acknowledged. */
  readonly upserted?: readonly Upserted[]
  readonly deleted?: readonly string[]
}

/** What the file says by now, in as few lines as possible. */
export interface Summary {
  readonly records: number
  lines(): Iterable<Line>
}

/** Outdated entries that the file may hold before it is rewritten. */
const SLACK = 10_000

/** The file of a ledger, which grows by a line at a time. */
export class LedgerFile {
  readonly path: string
  #file: AppendingFile | undefined
  /** Length of the intact part, in bytes. */
  #length = 0
  #entries = 0
  /** The write under way; several requests add lines at the same time. */
  #writing: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.path = path
  }

  /**
   * The lines that are there.
   *
   * @throws IndexError if the file is damaged, or is some other file
   */
  async *read(): AsyncGenerator<Line, void> {
    const { path } = this
    const { size, isFile } = await look(path)
    if (!isFile) throw new IndexError(`${path} is not a file; --record names another`)
    for await (const { content, end } of readCheckedLines(path)) {
      if (this.#length === 0 && !isLine(content)) break
      this.#length = end
      yield this.#counted(content as Line)
    }
    // A last line that is not whole was being written when the process was killed, or the power went.
    if (this.#length > 0 && (await hasIntactLine(path, this.#length))) {
      throw new IndexError(
        `${path} is damaged after its first ${count(this.#length)} bytes, and intact after that. Restore it, from version ` +
          'control or a backup. Without it, everything is embedded again, and what the input no longer has stays in the index.',
      )
    }
    if (this.#length === 0 && size > 0) {
      throw new IndexError(
        `${path} is not a record of what an index has, or its first line is damaged; it would be overwritten. Restore it, ` +
          'remove it, or name another file with --record.',
      )
    }
  }

  /** Adds a line, and brings it to the disk. The first time, rewrites the file if most of it is outdated. */
  async write(line: Line, summary: Summary): Promise<void> {
    const writing = this.#writing.then(async () => {
      this.#file ??= await this.#open(summary)
      await this.#file.append(Buffer.from(journalLine(this.#counted(line))))
      await this.#file.sync()
    })
    // The next write fails by itself.
    this.#writing = writing.catch(() => {})
    await writing
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#file?.close()
  }

  async #open(summary: Summary): Promise<AppendingFile> {
    if (this.#length > 0 && this.#entries <= 3 * summary.records + SLACK) {
      return AppendingFile.open(this.path, this.#length)
    }
    const unfinished = `${this.path}.new`
    const file = await AppendingFile.open(unfinished, 0)
    try {
      for (const line of summary.lines()) await file.append(Buffer.from(journalLine(line)))
      await file.sync()
    } finally {
      await file.close()
    }
    await moveIntoPlace(unfinished, this.path)
    return AppendingFile.open(this.path, file.length)
  }

  #counted(line: Line): Line {
    const { unsure = [], upserted = [], deleted = [] } = line
    this.#entries += unsure.length + upserted.length + deleted.length
    return line
  }
}

/** What there is under a path: a file that is empty if there is nothing. */
async function look(path: string): Promise<{ size: number; isFile: boolean }> {
  try {
    const stats = await stat(path)
    return { size: stats.size, isFile: stats.isFile() }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return { size: 0, isFile: true }
  }
}

/** Whether the first line is that of a ledger: other files have checksums too. */
function isLine(content: unknown): boolean {
  return typeof content === 'object' && content !== null && 'from' in content
}
