import { setTimeout as delay } from 'node:timers/promises'
import { type Embedding, type PineconeInference, PineconeInferenceError } from '@pinecone-inference/client'
import type { EmbeddedRecord, TextRecord } from '@pinecone-inference/files'
import { WorkerError } from '../run/errors.js'
import type { RecordFailure } from '../run/ledger.js'
import { RETRIES } from '../run/retries.js'
import type { RunSpec } from '../run/run-spec.js'
import type { VectorFacts } from '../run/vector-facts.js'

/** The result of a job; `failures` are records that the service will never accept. */
export interface EmbeddedJob {
  readonly embedded: readonly EmbeddedRecord[]
  readonly failures: readonly RecordFailure[]
  readonly tokens: number
}

export interface EmbedOptions {
  /** Aborted when the job cannot finish. */
  readonly signal: AbortSignal
  /** Aborted when the worker stops: nothing is requested again then. */
  readonly stopping: AbortSignal
  /** Called with the facts of each answer's vectors; throws to refuse them. */
  checkVectors(vectors: VectorFacts): Promise<void>
  /** Called with an error after which the missing records are requested again. */
  onError(error: Error): void
}

/** A record and its outcome. */
interface Place {
  readonly record: TextRecord
  embedding?: Embedding
  /** Why the service will never accept it. */
  refusal?: string
}

/**
 * Embeds a job's records. If requests fail although the client retried them, it keeps what was answered and requests
 * the rest again.
 *
 * @throws WorkerError for an error that affects every job
 * @throws the error of a record that failed again and again: the job may succeed later
 * @throws the signal's reason as soon as it aborts
 */
export async function embedRecords(
  records: readonly TextRecord[],
  client: PineconeInference,
  { model, parameters }: Pick<RunSpec, 'model' | 'parameters'>,
  { signal, stopping, checkVectors, onError }: EmbedOptions,
): Promise<EmbeddedJob> {
  const places = records.map(
    (record): Place => (record.text === '' ? { record, refusal: 'has no text' } : { record }),
  )
  let tokens = 0
  for (let round = 1; ; round++) {
    const missing = places.filter(({ embedding, refusal }) => !embedding && refusal === undefined)
    const inputs = missing.map(({ record }) => record.text)
    const result = await client
      .embedAll({ model, inputs, parameters }, { onError: 'collect', signal })
      .catch(throwForWorker)
    tokens += result.usage.totalTokens
    const vectors = factsOf(result)
    if (vectors) await checkVectors(vectors)
    for (const [i, place] of missing.entries()) {
      const embedding = result.data[i]
      if (embedding) place.embedding = embedding
    }
    for (const { inputRange, error } of result.failures) {
      if (error.verdict !== 'input') continue
      for (const place of missing.slice(...inputRange)) place.refusal = error.message
    }
    const failed = result.failures.find(({ error }) => error.verdict !== 'input')
    if (!failed) return { ...outcomeOf(places), tokens }
    if (failed.error.verdict !== 'moment') throwForWorker(failed.error)
    if (round === RETRIES.ofMissing.rounds) throw failed.error
    onError(failed.error)
    const pause = RETRIES.ofMissing.pause * 2 ** (round - 1)
    await delay(pause, undefined, { signal: AbortSignal.any([signal, stopping]) }).catch(() => {})
    signal.throwIfAborted()
    if (stopping.aborted) throw failed.error
  }
}

function outcomeOf(places: readonly Place[]): Omit<EmbeddedJob, 'tokens'> {
  return {
    embedded: places.flatMap(({ record, embedding }) =>
      embedding ? [embeddedRecord(record, embedding)] : [],
    ),
    failures: places.flatMap(({ record: { id }, refusal }) =>
      refusal === undefined ? [] : [{ id, error: refusal }],
    ),
  }
}

function factsOf({
  model,
  data,
}: {
  model: string
  data: readonly (Embedding | null)[]
}): VectorFacts | undefined {
  const first = data.find((embedding) => embedding !== null)
  return (
    first && {
      servedBy: model,
      ...(first.vectorType === 'dense' ? { dimension: first.values.length } : {}),
    }
  )
}

function throwForWorker(error: unknown): never {
  throw affectsEveryJob(error) ? new WorkerError(error.message, { cause: error }) : error
}

function affectsEveryJob(error: unknown): error is PineconeInferenceError {
  return error instanceof PineconeInferenceError && (error.verdict === 'setup' || error.verdict === 'quota')
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
