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

/** Embeds a job's records. What has come is kept while the rest is tried again. */
export async function embedRecords(
  records: readonly TextRecord[],
  client: PineconeInference,
  { model, parameters }: Pick<RunSpec, 'model' | 'parameters'>,
): Promise<{ embedded: EmbeddedRecord[]; failures: RecordFailure[]; tokens: number }> {
  const embeddings = new Map<TextRecord, Embedding>()
  const failures: RecordFailure[] = records
    .filter(({ text }) => text === '')
    .map(({ id }) => ({ id, error: 'has no text' }))
  let missing = records.filter(({ text }) => text !== '')
  let tokens = 0
  for (let round = 1; missing.length > 0; round++) {
    const asked = missing
    const result = await client
      .embedAll(
        { model, inputs: asked.map(({ text }) => text), ...(parameters ? { parameters } : {}) },
        { onError: 'collect' },
      )
      .catch(stopTheWorker)
    tokens += result.usage.totalTokens
    for (const [i, record] of asked.entries()) {
      const embedding = result.data[i]
      if (embedding) embeddings.set(record, embedding)
    }
    missing = []
    let last: unknown
    for (const { inputRange, error } of result.failures) {
      const about = asked.slice(...inputRange)
      const judgement = judgeError(error)
      if (judgement === 'every job') stopTheWorker(error)
      if (judgement === 'records') failures.push(...about.map(({ id }) => ({ id, error: error.message })))
      else {
        missing.push(...about)
        last = error
      }
    }
    if (missing.length > 0 && round === ROUNDS) throw last
    if (missing.length > 0) await delay(PAUSE)
  }
  const embedded = records.flatMap((record) => {
    const embedding = embeddings.get(record)
    return embedding ? [embeddedRecord(record, embedding)] : []
  })
  return { embedded, failures, tokens }
}

function stopTheWorker(cause: unknown): never {
  if (judgeError(cause) !== 'every job') throw cause
  throw new WorkerError(cause instanceof Error ? cause.message : String(cause), { cause })
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
