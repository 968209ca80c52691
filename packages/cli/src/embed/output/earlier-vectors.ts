import type { EmbeddedRecord, TextRecord } from '@pinecone-inference/files'
import type { VectorFacts } from './journal.js'
import { keptRuns } from './kept-vectors.js'
import { PreviousOutput } from './previous-output.js'
import { pathsOf } from './run-folder.js'

/** The vectors that a run takes over: those of the output that it replaces, and of runs that could not be resumed. */
export class EarlierVectors {
  readonly previous: PreviousOutput | undefined
  readonly #sources: readonly PreviousOutput[]

  private constructor(previous: PreviousOutput | undefined, kept: readonly PreviousOutput[]) {
    this.previous = previous
    this.#sources = previous ? [previous, ...kept] : kept
  }

  /** @throws OutputError if the output is not one of this command, or has changed since */
  static async read(output: string): Promise<EarlierVectors> {
    const previous = await PreviousOutput.read(output)
    const kept: PreviousOutput[] = []
    for (const path of await keptRuns(pathsOf(output))) {
      const run = await PreviousOutput.read(path)
      if (run) kept.push(run)
    }
    return new EarlierVectors(previous, kept)
  }

  /** What they have in common. */
  get facts(): VectorFacts {
    return this.#sources[0]?.facts.vectors ?? {}
  }

  /** The files that they are in. */
  get paths(): string[] {
    return this.#sources.map(({ path }) => path)
  }

  /** @throws OutputError if these settings would make other vectors */
  refuseOtherVectors(settings: Readonly<Record<string, unknown>>): void {
    for (const source of this.#sources) source.refuseOtherVectors(settings)
  }

  has(record: TextRecord): boolean {
    return this.#sources.some((source) => source.has(record))
  }

  /** A record with the vectors of its text; call it only if `has` returned true. */
  async embedded(record: TextRecord): Promise<EmbeddedRecord> {
    const source = this.#sources.find((one) => one.has(record))
    if (!source) throw new Error(`nothing has the vectors of ${record.id}`)
    return source.embedded(record)
  }

  async close(): Promise<void> {
    for (const source of this.#sources) await source.close()
  }
}
