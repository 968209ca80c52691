import { VECTOR_SETTINGS } from '../embed/job/embed-job.js'
import { differingSetting, type VectorFacts } from '../embed/output/journal.js'
import { count, countRecords } from '../embed/report/report.js'
import { IndexError } from '../ending/expected-error.js'
import { LedgerFile, type Line, type Upserted } from './ledger-file.js'

/** What is known of a record. */
interface Known {
  readonly from: readonly string[]
  /** Undefined where it is not certain what the index has. */
  readonly upserted: Upserted | undefined
}

const [MODEL] = VECTOR_SETTINGS

const ENTRIES_A_LINE = 1000

/**
 * A file that records what an index has of some inputs: the id of each record and hashes of its content. A line is written and synced
 * before records are sent, and another after the index has acknowledged them, so that after a kill at any moment it lists
 * every record that the index may have, and as certain only those that it has. Takes some 400 bytes of memory per record.
 */
export class Ledger {
  readonly #file: LedgerFile
  /** The inputs of this run. */
  #from: readonly string[] = []
  /** The inputs of all runs. */
  readonly #inputs = new Set<string>()
  readonly #records = new Map<string, Known>()
  #settings: Line['settings']
  #vectors: VectorFacts = {}

  private constructor(path: string) {
    this.#file = new LedgerFile(path)
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
    for await (const line of ledger.#file.read()) ledger.#apply(line)
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

  close(): Promise<void> {
    return this.#file.close()
  }

  async #note(line: Line): Promise<void> {
    try {
      await this.#write(line)
    } catch (cause) {
      const certain = this.certainIds().length
      const unsure = this.size - certain
      throw new IndexError(
        `${cause instanceof Error ? cause.message : cause}. The index has the ${countRecords(certain)} that ${this.#file.path} ` +
          `lists${unsure > 0 ? `, and perhaps ${count(unsure)} more, which the next run upserts again` : ''}. ` +
          'Make room, or let the file be written, and run the same command again.',
        { cause },
      )
    }
    this.#apply(line)
  }

  #write(line: Line): Promise<void> {
    return this.#file.write(line, { records: this.#records.size, lines: () => this.#lines() })
  }

  #apply({ settings, vectors, from = [], unsure = [], upserted = [], deleted = [] }: Line): void {
    this.#settings = settings ?? this.#settings
    this.#vectors = vectors ?? this.#vectors
    for (const name of from) this.#inputs.add(name)
    for (const id of unsure) this.#records.set(id, { from, upserted: undefined })
    for (const record of upserted) this.#records.set(record[0], { from, upserted: record })
    for (const id of deleted) this.#records.delete(id)
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
      `${JSON.stringify(id)} of ${ours} is also an id of ${others}, from which the index has it (${this.#file.path}); one would ` +
        'replace the other. Set them apart with --id-prefix or --namespace. If it is the same input, which was moved or ' +
        `renamed, add --input-name ${JSON.stringify(from[0])}.`,
    )
  }

  /** Everything that is known, in the order of the file. */
  *#lines(): Generator<Line, void> {
    yield { settings: this.#settings, vectors: this.#vectors, from: [...this.#inputs] }
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
