import { AppendingFile, moveIntoPlace } from '@pinecone-inference/files'
import { differingSetting, journalLine, readCheckedLines, type VectorFacts } from '../embed/output/journal.js'
import { IndexError } from '../ending/expected-error.js'

/** The id of a record, and hashes of its content; where the index got it from a text, also of the text and its vectors. */
export type Upserted = readonly [id: string, content: string, text?: string, vectors?: string]

/** A line of the file: how the index is filled, or changes to some records. */
interface Entry {
  readonly settings?: Readonly<Record<string, unknown>>
  readonly vectors?: VectorFacts
  /** What the index has acknowledged. */
  readonly upserted?: readonly Upserted[]
  readonly deleted?: readonly string[]
}

/** Outdated entries that the file may hold before it is rewritten. */
const SLACK = 10_000
const ENTRIES_A_LINE = 1000

/**
 * A file of what an index has of this input: the id of each record and hashes of its content. A line is written and synced
 * after the index has acknowledged its records, so a killed process may leave some out, but never lists any that are
 * missing. Takes some 400 bytes of memory a record.
 */
export class Ledger {
  readonly #path: string
  readonly #records = new Map<string, Upserted>()
  #file: AppendingFile | undefined
  #settings: Entry['settings']
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
   * @param settings how the index is filled now; undefined if nothing is going to be written
   * @throws IndexError if it was filled in another way
   */
  static async read(path: string, settings?: Readonly<Record<string, unknown>>): Promise<Ledger> {
    const ledger = new Ledger(path)
    await ledger.#load()
    const difference = settings && ledger.#settings && differingSetting(ledger.#settings, settings)
    if (difference) {
      throw new IndexError(
        `${path} says that the index was filled with a different ${difference}, so it would mix vectors of both: use the ` +
          `same, or another --namespace; or delete the namespace and ${path} to start over.`,
      )
    }
    ledger.#settings = settings
    return ledger
  }

  get size(): number {
    return this.#records.size
  }

  get vectors(): VectorFacts {
    return this.#vectors
  }

  ids(): IterableIterator<string> {
    return this.#records.keys()
  }

  /** Whether the index has exactly this content. */
  has(id: string, hash: string): boolean {
    return this.#records.get(id)?.[1] === hash
  }

  /** The hash of the vectors that the index has for exactly this text; undefined if it has none. */
  vectorsOf(id: string, text: string): string | undefined {
    const [, , known, vectors] = this.#records.get(id) ?? []
    return known === text ? vectors : undefined
  }

  /** @param vectors what the records' vectors have in common */
  async upserted(records: readonly Upserted[], vectors: VectorFacts): Promise<void> {
    const isNew = JSON.stringify(vectors) !== JSON.stringify(this.#vectors)
    await this.#write(isNew ? { vectors, upserted: records } : { upserted: records })
    this.#vectors = vectors
    for (const record of records) this.#records.set(record[0], record)
  }

  async deleted(ids: readonly string[]): Promise<void> {
    await this.#write({ deleted: ids })
    for (const id of ids) this.#records.delete(id)
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => {})
    await this.#file?.close()
  }

  async #write(entry: Entry): Promise<void> {
    const writing = this.#writing.then(async () => {
      this.#file ??= await this.#open()
      await this.#file.append(Buffer.from(journalLine(entry)))
      await this.#file.sync()
    })
    // The next write fails by itself.
    this.#writing = writing.catch(() => {})
    await writing
  }

  async #load(): Promise<void> {
    // what follows was being written when the process was killed, or the power went
    for await (const { content, end } of readCheckedLines(this.#path)) {
      this.#length = end
      this.#apply(content as Entry)
    }
  }

  #apply({ settings, vectors, upserted = [], deleted = [] }: Entry): void {
    this.#settings ??= settings
    this.#vectors = vectors ?? this.#vectors
    for (const record of upserted) this.#records.set(record[0], record)
    for (const id of deleted) this.#records.delete(id)
    this.#entries += upserted.length + deleted.length
  }

  /** Opens the file after its last intact line, or rewrites it if most of it is outdated. */
  async #open(): Promise<AppendingFile> {
    if (this.#length > 0 && this.#entries <= 2 * this.#records.size + SLACK) {
      return AppendingFile.open(this.#path, this.#length)
    }
    const unfinished = `${this.#path}.new`
    const file = await AppendingFile.open(unfinished, 0)
    try {
      await file.append(Buffer.from(journalLine({ settings: this.#settings, vectors: this.#vectors })))
      const all = [...this.#records.values()]
      for (let at = 0; at < all.length; at += ENTRIES_A_LINE) {
        await file.append(Buffer.from(journalLine({ upserted: all.slice(at, at + ENTRIES_A_LINE) })))
      }
      await file.sync()
    } finally {
      await file.close()
    }
    await moveIntoPlace(unfinished, this.#path)
    return AppendingFile.open(this.#path, file.length)
  }
}
