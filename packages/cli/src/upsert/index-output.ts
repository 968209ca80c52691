import { rm } from 'node:fs/promises'
import { AppendingFile, moveIntoPlace, type TextRecord } from '@pinecone-inference/files'
import { type CleanupSettings, documentOf, sortGone } from '../embed/output/cleanup.js'
import { failureLine, type JobOutput, type Outcome, type Standing } from '../embed/output/job-output.js'
import { textHash } from '../embed/output/output-record.js'
import { contentHash, vectorsHash } from './hashes.js'
import type { Ledger } from './ledger.js'
import type { Upserted } from './ledger-file.js'
import type { OpenIndex } from './open-index.js'
import { Upserter } from './upserter.js'

/** Records whose vectors are held while they are fetched. */
const UPDATED_AT_A_TIME = 100

export interface IndexOutputSettings extends CleanupSettings {
  readonly index: OpenIndex
  readonly ledger: Ledger
  /** Requests in flight. */
  readonly concurrency: number
  /** For the records that cannot be embedded. */
  readonly failedOutput: string
}

/**
 * A namespace of an index. Acknowledged records are in the ledger, so running again, after a kill or a week later, embeds
 * only what is new or has changed.
 */
export class IndexOutput implements JobOutput {
  readonly input = null
  readonly cadence = { everyMs: 30_000, everyRecords: 1_000 }
  readonly ifInputChanged = 'What is embedded is in the index; run the same command again for the rest.'
  readonly failedOutput: string
  standing: Standing
  embedded = 0
  updated = 0
  failures = 0
  deleted = 0
  /** Ids that are in the index but no longer in the input. */
  gone: readonly string[] = []
  readonly #settings: IndexOutputSettings
  readonly #upserter: Upserter
  /** Ids of this run's input. */
  readonly #seen = new Set<string>()
  /** Documents of records without text, whose vectors are outdated. */
  readonly #emptied = new Set<string>()
  #there = 0
  #failed: AppendingFile | undefined
  /** The write under way to that file; several requests may fail at the same time. */
  #failing: Promise<void> = Promise.resolve()

  constructor(settings: IndexOutputSettings) {
    const { index, ledger, concurrency, failedOutput } = settings
    this.#settings = settings
    this.failedOutput = failedOutput
    this.standing = { read: 0, digest: '', tokens: {}, vectors: ledger.vectors }
    this.#upserter = new Upserter(index, ledger, concurrency)
  }

  get unchanged(): number {
    return this.#there - this.updated
  }

  /** Whether the input has documents or records, and none of them has text. */
  get isEmptied(): boolean {
    return this.#seen.size === 0 && this.#settings.emptied.size + this.#emptied.size > 0
  }

  has(record: TextRecord): boolean {
    return this.#settings.ledger.has(record.id, contentHash(record))
  }

  /** Whether only the metadata is new. */
  hasText({ id, text }: TextRecord): boolean {
    return this.#settings.ledger.vectorsOf(id, textHash(text)) !== undefined
  }

  /**
   * Upserts the records of which only the metadata is new, with the vectors that the index has. An `update` would not do: it
   * merges metadata, so that keys which are gone stay (https://docs.pinecone.io/guides/manage-data/update-data, November
   * 2026). A vector other than the one that was upserted, such as an outdated one, since an index is eventually consistent,
   * is left to be embedded.
   */
  async updateMetadata(records: AsyncIterable<TextRecord>, stop: AbortSignal): Promise<void> {
    const { index, ledger } = this.#settings
    let batch: TextRecord[] = []
    const update = async () => {
      const found = await index.vectors(batch.map(({ id }) => id))
      for (const record of batch) {
        const { id, text, metadata } = record
        const vectors = found.get(id)
        const hash = vectors && vectorsHash(vectors)
        if (!hash || hash !== ledger.vectorsOf(id, textHash(text))) continue
        this.updated++
        await this.#upserter.add({
          record: { id, ...vectors, metadata },
          entry: entryOf(record, hash),
          // It is embedded, and fails then if it fails again.
          refused: async () => {
            this.updated--
          },
        })
      }
      batch = []
    }
    for await (const record of records) {
      if (stop.aborted) break
      if (this.has(record) || !this.hasText(record)) continue
      batch.push(record)
      if (batch.length === UPDATED_AT_A_TIME) await update()
    }
    await update()
    await this.#upserter.flush()
  }

  async append(outcome: Outcome): Promise<void> {
    const { record } = outcome
    if (record.text === '') this.#emptied.add(documentOf(record.id))
    else this.#seen.add(record.id)
    if ('unchanged' in outcome) {
      this.#there++
    } else if ('failure' in outcome) {
      await this.#fail(record, outcome.failure)
    } else {
      const { embedded, served } = outcome
      this.#upserter.vectors = {
        ...(embedded.values ? { dimension: embedded.values.length } : {}),
        models: served,
      }
      this.embedded++
      await this.#upserter.add({
        record: embedded,
        entry: entryOf(record, vectorsHash(embedded)),
        refused: async (error) => {
          this.embedded--
          await this.#fail(record, error)
        },
      })
    }
  }

  async #fail(record: TextRecord, failure: Error): Promise<void> {
    this.failures++
    this.#failing = this.#failing.then(async () => {
      this.#failed ??= await AppendingFile.open(this.#unfinishedFailed, 0)
      await this.#failed.append(Buffer.from(failureLine(record, failure)))
    })
    await this.#failing
  }

  async checkpoint(standing: Standing): Promise<void> {
    await this.#upserter.flush()
    await this.#failed?.sync()
    this.standing = standing
  }

  async finish(standing: Standing): Promise<void> {
    await this.checkpoint(standing)
    if (!this.#settings.isPartial()) await this.#cleanUp()
    // An earlier run wrote it.
    if (this.failures === 0) await rm(this.failedOutput, { force: true })
  }

  async close(): Promise<void> {
    await this.#settings.ledger.close()
    await this.#failing.catch(() => {})
    if (!this.#failed) return
    await this.#failed.close()
    await moveIntoPlace(this.#unfinishedFailed, this.failedOutput)
  }

  /** A name of its own, since the final one may be this run's input. */
  get #unfinishedFailed(): string {
    return `${this.failedOutput}.part`
  }

  async #cleanUp(): Promise<void> {
    const { index, ledger, cleanup, emptied } = this.#settings
    const { toDelete, toKeep } = sortGone(ledger.ids(), this.#seen, {
      cleanup,
      emptied: new Set([...emptied, ...this.#emptied]),
      isShared: (id) => ledger.isShared(id),
    })
    this.gone = toKeep
    if (toDelete.length === 0) return
    await ledger.expect(toDelete)
    await index.delete(toDelete)
    await ledger.deleted(toDelete)
    this.deleted = toDelete.length
  }
}

function entryOf(record: TextRecord, vectors: string): Upserted {
  return [record.id, contentHash(record), textHash(record.text), vectors]
}
