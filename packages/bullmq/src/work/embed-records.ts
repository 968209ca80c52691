import { setTimeout as delay } from 'node:timers/promises'
import type { Embedding, PineconeInference } from '@pinecone-inference/client'
import type { EmbeddedRecord, TextRecord } from '@pinecone-inference/files'
import type { RecordFailure } from '../run/ledger.js'
import type { RunSpec } from '../run/run-spec.js'
import { judgeError } from './judge-error.js'
import { WorkerError } from './worker-error.js'

/** How often what is missing is asked for again before the job fails, and the milliseconds between. */
const ROUNDS = 3
const PAUSE = 5_000

/**
 * Records of one call where the run has embedded others: fewer than the client wants to see refused alike before it says
 * that the request itself is refused. A whole job of records that are all at fault is no more than that.
 */
const TOO_FEW_TO_TELL = 7

/** What an embedding of a job's records depends on beside them. */
export interface Circumstances {
  readonly signal: AbortSignal
  /** Of the whole run, so far. */
  readonly nothingEmbedded: boolean
}

/** What came of a job's records; the failures are those that the service will never take. */
export interface EmbeddedJob {
  readonly embedded: EmbeddedRecord[]
  readonly failures: RecordFailure[]
  readonly tokens: number
}

/**
 * Embeds a job's records. What has come is kept while the rest is tried again.
 *
 * @throws WorkerError for what would go wrong with every job; the signal's reason as soon as that aborts
 */
export async function embedRecords(
  records: readonly TextRecord[],
  client: PineconeInference,
  spec: Pick<RunSpec, 'model' | 'parameters'>,
  { signal, nothingEmbedded }: Circumstances,
): Promise<EmbeddedJob> {
  const work = new Work(client, spec, signal)
  for (const record of records) if (record.text === '') work.failures.set(record, 'has no text')
  let missing: readonly TextRecord[] = records.filter(({ text }) => text !== '')
  for (let round = 1; missing.length > 0; round++) {
    const { again, error } = await work.embedAll(missing, nothingEmbedded)
    if (again.length > 0 && round === ROUNDS) throw error
    if (again.length > 0) await delay(PAUSE, undefined, { signal })
    missing = again
  }
  return {
    embedded: records.flatMap((record) => {
      const embedding = work.embeddings.get(record)
      return embedding ? [embeddedRecord(record, embedding)] : []
    }),
    failures: [...work.failures].map(([{ id }, error]) => ({ id, error })),
    tokens: work.tokens,
  }
}

interface Again {
  readonly again: readonly TextRecord[]
  readonly error: unknown
}

/** What is known of each record. */
class Work {
  readonly embeddings = new Map<TextRecord, Embedding>()
  readonly failures = new Map<TextRecord, string>()
  tokens = 0
  readonly #client: PineconeInference
  readonly #spec: Pick<RunSpec, 'model' | 'parameters'>
  readonly #signal: AbortSignal

  constructor(client: PineconeInference, spec: Pick<RunSpec, 'model' | 'parameters'>, signal: AbortSignal) {
    this.#client = client
    this.#spec = spec
    this.#signal = signal
  }

  /**
   * Returns those that may pass another time, and why one of them has not.
   *
   * @throws WorkerError for what would go wrong with every job
   */
  async embedAll(records: readonly TextRecord[], nothingEmbedded: boolean): Promise<Again> {
    try {
      return await this.#embed(records)
    } catch (error) {
      if (nothingEmbedded || !isRefusalOfAll(error)) throw orWorkerError(error)
    }
    const again: TextRecord[] = []
    let last: unknown
    for (let from = 0; from < records.length; from += TOO_FEW_TO_TELL) {
      const part = await this.#embed(records.slice(from, from + TOO_FEW_TO_TELL)).catch((error: unknown) => {
        throw orWorkerError(error)
      })
      again.push(...part.again)
      last = part.error ?? last
    }
    return { again, error: last }
  }

  async #embed(records: readonly TextRecord[]): Promise<Again> {
    const { model, parameters } = this.#spec
    const inputs = records.map(({ text }) => text)
    const { data, failures, usage } = await this.#client.embedAll(
      { model, inputs, parameters },
      { onError: 'collect', signal: this.#signal },
    )
    this.#signal.throwIfAborted()
    this.tokens += usage.totalTokens
    for (const [i, record] of records.entries()) {
      const embedding = data[i]
      if (embedding) this.embeddings.set(record, embedding)
    }
    const again: TextRecord[] = []
    let last: unknown
    for (const { inputRange, error } of failures) {
      const failed = records.slice(...inputRange)
      if (judgeError(error) === 'records') {
        for (const record of failed) this.failures.set(record, error.message)
      } else {
        again.push(...failed)
        last = error
      }
    }
    return { again, error: last }
  }
}

function orWorkerError(error: unknown): unknown {
  if (judgeError(error) !== 'every job') return error
  return new WorkerError(error instanceof Error ? error.message : String(error), { cause: error })
}

/** Whether the client takes a request itself for refused, since some of its inputs were, each sent alone. */
function isRefusalOfAll(error: unknown): boolean {
  return judgeError(error) === 'every job' && error instanceof Error && judgeError(error.cause) === 'records'
}

function embeddedRecord({ id, metadata }: TextRecord, embedding: Embedding): EmbeddedRecord {
  return {
    id,
    ...(embedding.vectorType === 'dense'
      ? { values: embedding.values }
      : { sparseValues: { indices: embedding.sparseIndices, values: embedding.sparseValues } }),
    ...(metadata ? { metadata } : {}),
  }
}
