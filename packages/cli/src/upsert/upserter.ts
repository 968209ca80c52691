import type { EmbeddedRecord } from '@pinecone-inference/files'
import type { VectorFacts } from '../embed/output/journal.js'
import { IndexError } from '../ending/expected-error.js'
import type { Ledger } from './ledger.js'
import type { Upserted } from './ledger-file.js'
import type { OpenIndex } from './open-index.js'

/** https://docs.pinecone.io/reference/api/database-limits/operation-limits, November 2026: "1,000 records, up to 2 MB total". */
const RECORDS_A_REQUEST = 1000
/** The 2 MB, less what surrounds the records. */
const BYTES_A_REQUEST = 2_000_000 - 2_000

/** Records refused one after another, without one that is accepted: then it is not the records. */
const REFUSED_IN_A_ROW = 10

/** A record, and what the ledger says of it once the index has it. */
export interface Item {
  readonly record: EmbeddedRecord
  readonly entry: Upserted
  /** Called if the index refuses this record, and accepts others. */
  refused(error: IndexError): Promise<void>
}

/** Sends records to an index in the largest batches that a request may hold, several at a time, and keeps the ledger. */
export class Upserter {
  readonly #index: Pick<OpenIndex, 'upsert'>
  readonly #ledger: Ledger
  readonly #concurrency: number
  /** What the vectors have in common. */
  vectors: VectorFacts
  readonly #inFlight = new Set<Promise<void>>()
  #batch: Item[] = []
  #bytes = 0
  #failure: unknown
  #refusedInARow = 0

  constructor(index: Pick<OpenIndex, 'upsert'>, ledger: Ledger, concurrency: number) {
    this.#index = index
    this.#ledger = ledger
    this.#concurrency = concurrency
    this.vectors = ledger.vectors
  }

  /** Adds a record; waits while `concurrency` requests are in flight. Throws the error of an earlier request. */
  async add(item: Item): Promise<void> {
    this.#throwFailure()
    const bytes = byteLength(item.record)
    if (this.#batch.length === RECORDS_A_REQUEST || this.#bytes + bytes > BYTES_A_REQUEST) await this.#begin()
    this.#batch.push(item)
    this.#bytes += bytes
  }

  /** Sends the last batch; resolves once the index has everything added so far. */
  async flush(): Promise<void> {
    if (this.#batch.length > 0) await this.#begin()
    await Promise.all(this.#inFlight)
    this.#throwFailure()
  }

  async #begin(): Promise<void> {
    const batch = this.#batch
    this.#batch = []
    this.#bytes = 0
    while (this.#inFlight.size >= this.#concurrency) await Promise.race(this.#inFlight)
    this.#throwFailure()
    const sending = this.#send(batch)
      .catch((error: unknown) => {
        this.#failure ??= error
      })
      .finally(() => this.#inFlight.delete(sending))
    this.#inFlight.add(sending)
  }

  async #send(batch: readonly Item[]): Promise<void> {
    await this.#ledger.expect(batch.map(({ record }) => record.id))
    await this.#upsert(batch)
  }

  /**
   * A refused request is sent again in halves, as the answer does not say which record is the reason: `Metadata value must be
   * a string, number, boolean or list of strings, got '[…' for field 'modifiedAt'`
   * (https://github.com/ballerina-platform/ballerina-library/issues/8279).
   */
  async #upsert(batch: readonly Item[]): Promise<void> {
    try {
      await this.#index.upsert(batch.map(({ record }) => record))
    } catch (error) {
      if (!(error instanceof IndexError) || error.status !== 400) throw error
      const [first, second] = batch
      if (first && !second) return this.#refuse(first, error)
      const middle = Math.ceil(batch.length / 2)
      await this.#upsert(batch.slice(0, middle))
      await this.#upsert(batch.slice(middle))
      return
    }
    this.#refusedInARow = 0
    await this.#ledger.upserted(
      batch.map(({ entry }) => entry),
      this.vectors,
    )
  }

  async #refuse(item: Item, error: IndexError): Promise<void> {
    if (++this.#refusedInARow >= REFUSED_IN_A_ROW) {
      throw new IndexError(
        `the index refuses one record after another, the last of them ${JSON.stringify(item.record.id)}: ${error.message}`,
        { cause: error },
      )
    }
    await item.refused(error)
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure
  }
}

/** Bytes in a request, including the comma. */
function byteLength(record: EmbeddedRecord): number {
  const json = JSON.stringify(record, (_, value) =>
    ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value,
  )
  return Buffer.byteLength(json) + 1
}
