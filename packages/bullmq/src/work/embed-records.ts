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
 * Records that are asked for first while a run has embedded nothing: where all are refused for one reason, it is not
 * theirs. Halving them costs 15 requests, where that of a whole job costs two for each record.
 */
const PROBED = 8

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
  if (nothingEmbedded && missing.length >= PROBED) {
    const probed = missing.slice(0, PROBED)
    const { again } = await work.embed(probed)
    work.refuseIfAlike(probed)
    missing = [...again, ...missing.slice(PROBED)]
  }
  for (let round = 1; missing.length > 0; round++) {
    const { again, error } = await work.embed(missing)
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

  /** @throws WorkerError where all of these are refused for one and the same reason */
  refuseIfAlike(records: readonly TextRecord[]): void {
    const reasons = new Set(records.map((record) => this.failures.get(record)))
    const [reason] = reasons
    if (reasons.size > 1 || reason === undefined) return
    throw new WorkerError(`the first ${records.length} records are refused, all for one reason: ${reason}`)
  }

  /** Returns those that may pass another time, and why one of them has not. */
  async embed(records: readonly TextRecord[]): Promise<{ again: TextRecord[]; error: unknown }> {
    const { model, parameters } = this.#spec
    const inputs = records.map(({ text }) => text)
    const { data, failures, usage } = await this.#client
      .embedAll({ model, inputs, parameters }, { onError: 'collect', signal: this.#signal })
      .catch((error: unknown) => {
        throw judgeError(error) === 'every job' ? workerError(error) : error
      })
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
      const judgement = judgeError(error)
      if (judgement === 'every job') throw workerError(error)
      if (judgement === 'records') {
        for (const record of failed) this.failures.set(record, error.message)
      } else {
        again.push(...failed)
        last = error
      }
    }
    return { again, error: last }
  }
}

function workerError(cause: unknown): WorkerError {
  return new WorkerError(cause instanceof Error ? cause.message : String(cause), { cause })
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
