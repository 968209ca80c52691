import { stat } from 'node:fs/promises'
import { AppendingFile, moveIntoPlace } from '@pinecone-inference/files'
import { VECTOR_SETTINGS } from '../embed/job/embed-job.js'
import {
  differingSetting,
  hasIntactLine,
  journalLine,
  readCheckedLines,
  type VectorFacts,
} from '../embed/output/journal.js'
import { count, countRecords } from '../embed/report/report.js'
import { IndexError } from '../ending/expected-error.js'

/** The id of a record, and hashes of its content; where the index got it from a text, also of the text and its vectors. */
export type Upserted = readonly [id: string, content: string, text?: string, vectors?: string]

/** A line of the file: how the index is filled, or changes to some records. */
interface Line {
  readonly settings?: Readonly<Record<string, unknown>>
  readonly vectors?: VectorFacts
  /** The inputs that the records of the line are from. */
  readonly from?: readonly string[]
  /** Ids whose records are about to be upserted or deleted: until a later line says more, the index may have them or not. */
  readonly unsure?: readonly string[]
  /** What the index has acknowledged. */
  readonly upserted?: readonly Upserted[]
  readonly deleted?: readonly string[]
}

/** What is known of a record. */
interface Known {
  readonly from: readonly string[]
  /** Undefined where it is not certain what the index has. */
  readonly upserted: Upserted | undefined
}

const [MODEL] = VECTOR_SETTINGS

/** Outdated entries that the file may hold before it is rewritten. */
const SLACK = 10_000
const ENTRIES_A_LINE = 1000

/**
 * A file of what an index has of some inputs: the id of each record and hashes of its content. A line is written and synced
 * before records are sent, and another after the index has acknowledged them, so that after a kill at any moment it lists
 * every record that the index may have, and as certain only those that it has. Takes some 400 bytes of memory a record.
 */
export class Ledger {
  readonly #path: string
  /** The inputs of this run. */
  #from: readonly string[] = []
  /** The inputs of all runs. */
  readonly #inputs = new Set<string>()
  readonly #records = new Map<string, Known>()
  #file: AppendingFile | undefined
  #settings: Line['settings']
  #vectors: VectorFacts = {}
  #entries = 0
  /** Length of the intact part of the file, in bytes. */
  #length = 0
  /** The write under way; several requests add lines at the same time. */
  #writing: Promise<void> = Promise.resolve()

  private constructor(path: string) {
    this.#path = path
  }

  /**
   * Reads the ledger of earlier runs.
   *
   * @param from the names of this run's inputs; undefined for a file of records that earlier runs could not embed
   * @param settings how the index is filled now; undefined if nothing is going to be written
   * @throws IndexError if it was filled in another way, is damaged, or is some other file
   */
  static async read(
    path: string,
    from: readonly string[] | undefined,
    settings?: Readonly<Record<string, unknown>>,
  ): Promise<Ledger> {
    const ledger = new Ledger(path)
    await ledger.#load()
    ledger.#from = from ?? [...ledger.#inputs]
    const difference = settings && ledger.#settings && differingWay(ledger.#settings, settings)
    if (difference) {
      throw new IndexError(
        `${path} says that the index was filled with a different ${difference}, so it would mix vectors of both: use the ` +
          `same, or another --namespace; or delete the namespace and ${path} to start over.`,
      )
    }
    if (settings) ledger.#settings = { ...ledger.#settings, ...settings }
    return ledger
  }

  get size(): number {
    return this.#records.size
  }

  get vectors(): VectorFacts {
    return this.#vectors
  }

  /** The ids of this run's inputs that the index may have. */
  ids(): string[] {
    return [...this.#records].flatMap(([id, { from }]) => (this.#isOurs(from) ? [id] : []))
  }

  /** Whether the record may be of an input that an earlier run had, and this one has not. */
  isShared(id: string): boolean {
    return this.#records.get(id)?.from.some((name) => !this.#from.includes(name)) ?? false
  }

  /** The ids that the index has for certain, of all inputs. */
  certainIds(): string[] {
    return [...this.#records].flatMap(([id, { upserted }]) => (upserted ? [id] : []))
  }

  /**
   * Whether the index has exactly this content.
   *
   * @throws IndexError if it has the id from another input
   */
  has(id: string, hash: string): boolean {
    const known = this.#records.get(id)
    if (known && !this.#isOurs(known.from)) throw this.#clash(id, known.from)
    return known?.upserted?.[1] === hash
  }

  /** The hash of the vectors that the index has for exactly this text; undefined if it has none. */
  vectorsOf(id: string, text: string): string | undefined {
    const [, , known, vectors] = this.#records.get(id)?.upserted ?? []
    return known === text ? vectors : undefined
  }

  /**
   * Writes to the file for the first time, before anything is paid for.
   *
   * @throws IndexError if that is not possible
   */
  async begin(): Promise<void> {
    try {
      await this.#write({ ...(this.#settings && { settings: this.#settings }), from: this.#from })
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : cause
      throw new IndexError(
        `nothing was sent, since the record of it cannot be kept: ${reason}; --record names another file`,
        { cause },
      )
    }
  }

  /** Notes that the index is about to get or lose records. */
  async expect(ids: readonly string[]): Promise<void> {
    await this.#note({ from: this.#from, unsure: ids })
  }

  /** @param vectors what the records' vectors have in common */
  async upserted(records: readonly Upserted[], vectors: VectorFacts): Promise<void> {
    const isNew = JSON.stringify(vectors) !== JSON.stringify(this.#vectors)
    await this.#note({ ...(isNew ? { vectors } : {}), from: this.#from, upserted: records })
  }

  async deleted(ids: readonly string[]): Promise<void> {
    await this.#note({ deleted: ids })
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => {})
    await this.#file?.close()
  }

  async #note(line: Line): Promise<void> {
    try {
      await this.#write(line)
    } catch (cause) {
      const certain = this.certainIds().length
      const unsure = this.size - certain
      throw new IndexError(
        `${cause instanceof Error ? cause.message : cause}. The index has the ${countRecords(certain)} that ${this.#path} ` +
          `lists${unsure > 0 ? `, and perhaps ${count(unsure)} more, which the next run upserts again` : ''}. ` +
          'Make room, or let the file be written, and run the same command again.',
        { cause },
      )
    }
    this.#apply(line)
  }

  async #write(line: Line): Promise<void> {
    const writing = this.#writing.then(async () => {
      this.#file ??= await this.#open()
      await this.#file.append(Buffer.from(journalLine(line)))
      await this.#file.sync()
    })
    // The next write fails by itself.
    this.#writing = writing.catch(() => {})
    await writing
  }

  async #load(): Promise<void> {
    const path = this.#path
    const { size, isFile } = await look(path)
    if (!isFile) throw new IndexError(`${path} is not a file; --record names another`)
    for await (const { content, end } of readCheckedLines(path)) {
      if (this.#length === 0 && !isLine(content)) break
      this.#length = end
      this.#apply(content as Line)
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

  #apply({ settings, vectors, from = [], unsure = [], upserted = [], deleted = [] }: Line): void {
    this.#settings = settings ?? this.#settings
    this.#vectors = vectors ?? this.#vectors
    for (const name of from) this.#inputs.add(name)
    for (const id of unsure) this.#records.set(id, { from, upserted: undefined })
    for (const record of upserted) this.#records.set(record[0], { from, upserted: record })
    for (const id of deleted) this.#records.delete(id)
    this.#entries += unsure.length + upserted.length + deleted.length
  }

  /**
   * Inputs given in one command are one input, also when a later command has others beside some of them. A record of unknown
   * origin, retried without the record file that knew it, is of every input.
   */
  #isOurs(from: readonly string[]): boolean {
    return from.length === 0 || from.some((name) => this.#from.includes(name))
  }

  #clash(id: string, from: readonly string[]): IndexError {
    const [ours, others] = [this.#from, from].map((names) => names.join(', '))
    return new IndexError(
      `${JSON.stringify(id)} of ${ours} is also an id of ${others}, from which the index has it (${this.#path}); one would ` +
        'replace the other. Set them apart with --id-prefix or --namespace. If it is the same input, which was moved or ' +
        `renamed, add --input-name ${JSON.stringify(from[0])}.`,
    )
  }

  /** Opens the file after its last intact line, or rewrites it if most of it is outdated. */
  async #open(): Promise<AppendingFile> {
    if (this.#length > 0 && this.#entries <= 3 * this.#records.size + SLACK) {
      return AppendingFile.open(this.#path, this.#length)
    }
    const unfinished = `${this.#path}.new`
    const file = await AppendingFile.open(unfinished, 0)
    try {
      const settings = this.#settings
      const from = [...this.#inputs]
      const lines = [{ settings, vectors: this.#vectors, from }, ...this.#lines()]
      for (const line of lines) await file.append(Buffer.from(journalLine(line)))
      await file.sync()
    } finally {
      await file.close()
    }
    await moveIntoPlace(unfinished, this.#path)
    return AppendingFile.open(this.#path, file.length)
  }

  /** Everything that is known, in the order of the file. */
  *#lines(): Generator<Line, void> {
    const all = [...this.#records]
    for (let at = 0; at < all.length; ) {
      const from = all[at]?.[1].from ?? []
      const next = all.slice(at, at + ENTRIES_A_LINE)
      const others = next.findIndex(([, known]) => known.from.join('\n') !== from.join('\n'))
      const some = others < 0 ? next : next.slice(0, others)
      yield {
        from,
        unsure: some.flatMap(([id, { upserted }]) => (upserted ? [] : [id])),
        upserted: some.flatMap(([, { upserted }]) => (upserted ? [upserted] : [])),
      }
      at += some.length
    }
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

/** The first setting in which two ways to fill an index differ; for vectors of unknown origin, of those that are known. */
function differingWay(
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): string | undefined {
  if (MODEL in before && MODEL in now) return differingSetting(before, now)
  const isKnown = ([name]: [string, unknown]) => !VECTOR_SETTINGS.some((setting) => setting === name)
  const [a, b] = [before, now].map((settings) => Object.fromEntries(Object.entries(settings).filter(isKnown)))
  return differingSetting(a ?? {}, b ?? {})
}
