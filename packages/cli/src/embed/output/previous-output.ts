import {
  type EmbeddedFile,
  type EmbeddedRecord,
  type JsonlLayout,
  openEmbedded,
  partOf,
  type TextRecord,
} from '@pinecone-inference/files'
import { OutputError } from '../../ending/expected-error.js'
import { type CleanupSettings, sortGone } from './cleanup.js'
import { differingSetting } from './journal.js'
import {
  fileDigest,
  type OutputFacts,
  type RecordedText,
  readOutputRecord,
  textHash,
} from './output-record.js'
import { exists, partsOf, recordOf } from './run-folder.js'

/**
 * The output of an earlier run. Its vectors are taken over, so that no text is embedded twice. Takes some 300 bytes of
 * memory per record.
 */
export class PreviousOutput {
  /** Of the first part. */
  readonly path: string
  readonly facts: OutputFacts
  /** The records that have a vector, in the order of the output. */
  readonly #records: readonly RecordedText[]
  /** Positions in the output, by the hash of the text. */
  readonly #positions = new Map<string, number>()
  #file: EmbeddedFile | undefined

  private constructor(path: string, facts: OutputFacts, records: readonly RecordedText[]) {
    this.path = path
    this.facts = facts
    this.#records = records.filter(([, hash]) => hash !== undefined)
    for (const [position, [, hash = '']] of this.#records.entries()) this.#positions.set(hash, position)
  }

  /**
   * Reads the record of an output; undefined if there is no output.
   *
   * @throws OutputError for an output without a record, or with one that does not match it
   */
  static async read(path: string): Promise<PreviousOutput | undefined> {
    if (!(await exists(path))) return undefined
    const recordPath = recordOf(path)
    const { records, output: facts } = await readOutputRecord(recordPath)
    if (!facts) {
      throw new OutputError(`${path} exists already. Move it away, or give another --output.`)
    }
    for (const [part, digest] of facts.digests.entries()) {
      const file = partOf(path, part)
      if (!(await exists(file))) {
        throw new OutputError(
          `${recordPath} lists ${file}, which is missing. Put it back, or give another --output.`,
        )
      }
      if ((await fileDigest(file)) !== digest) {
        throw new OutputError(
          `${file} exists already, and ${recordPath} does not match it. Move it away, or give another --output.`,
        )
      }
    }
    return new PreviousOutput(path, facts, records)
  }

  /** Of the records that have a vector. */
  get ids(): string[] {
    return this.#records.map(([id]) => id)
  }

  /** @throws OutputError if these settings would make other vectors */
  refuseOtherVectors(settings: Readonly<Record<string, unknown>>): void {
    const before = Object.fromEntries(Object.keys(settings).map((name) => [name, this.facts.settings[name]]))
    const difference = differingSetting(before, settings)
    if (!difference) return
    throw new OutputError(
      `${this.path} was made with a different ${difference}, so it would mix vectors of both: move it away, or give another --output.`,
    )
  }

  /** @throws OutputError if an input of another name would take the place of what the output was made from */
  refuseOtherInputs(names: readonly string[]): void {
    const { from } = this.facts
    if (!from || from.some((name) => names.includes(name))) return
    throw new OutputError(
      `${this.path} was made from ${from.join(', ')}, which ${names.join(', ')} would replace: give another --output, or all ` +
        'inputs in one command. If it is the same input, which was moved or renamed, add --input-name ' +
        `${JSON.stringify(from[0])}.`,
    )
  }

  has({ text }: TextRecord): boolean {
    return this.#positions.has(textHash(text))
  }

  /** A record with the vectors of its text; call it only if `has` returned true. */
  async embedded({ id, text, metadata }: TextRecord): Promise<EmbeddedRecord> {
    const { values, sparseValues } = await this.#at(this.#positions.get(textHash(text)) ?? -1)
    return {
      id,
      ...(values ? { values } : {}),
      ...(sparseValues ? { sparseValues } : {}),
      ...(metadata ? { metadata } : {}),
    }
  }

  /** What the output has and an input lacks: the number of records to delete, and the ids to keep. */
  gone(input: ReadonlySet<string>, settings: Pick<CleanupSettings, 'cleanup' | 'emptied'>) {
    const { toDelete, toKeep } = sortGone(this.ids, input, settings)
    return { deleted: toDelete.length, left: toKeep }
  }

  /** The records with these ids, unchanged, in the order of the output. */
  async *recordsOf(
    ids: readonly string[],
  ): AsyncGenerator<{ recorded: RecordedText; embedded: EmbeddedRecord }, void> {
    const wanted = new Set(ids)
    for (const [position, recorded] of this.#records.entries()) {
      if (wanted.has(recorded[0])) yield { recorded, embedded: await this.#at(position) }
    }
  }

  async close(): Promise<void> {
    await this.#file?.close()
  }

  async #at(position: number): Promise<EmbeddedRecord> {
    const parts = partsOf(this.path, this.facts.digests.length)
    this.#file ??= await openEmbedded(parts, fieldsOf(this.facts.settings['--layout']))
    return this.#file.at(position)
  }
}

function fieldsOf(layout: unknown): Exclude<JsonlLayout, string> | Record<string, never> {
  return typeof layout === 'object' && layout !== null ? (layout as Exclude<JsonlLayout, string>) : {}
}
