import { type Embedding, type PineconeInference, PineconeInferenceError } from '@pinecone-inference/client'
import type { EmbeddedRecord, TextRecord } from '@pinecone-inference/files'
import { WorkerError } from '../run/errors.js'
import type { RecordFailure } from '../run/ledger.js'
import type { RunSpec } from '../run/run-spec.js'
import type { VectorFacts } from '../run/vector-facts.js'

/** The result of a job; `failures` are records that the service will never accept. */
export interface EmbeddedJob {
  readonly embedded: readonly EmbeddedRecord[]
  readonly failures: readonly RecordFailure[]
  readonly tokens: number
  /** Undefined without any vector. */
  readonly vectors: VectorFacts | undefined
}

/**
 * Embeds a job's records.
 *
 * @throws WorkerError for an error that every job would meet
 * @throws the error of a record that failed although the client retried it: the job may succeed later
 * @throws the signal's reason as soon as that aborts
 */
export async function embedRecords(
  records: readonly TextRecord[],
  client: PineconeInference,
  { model, parameters }: Pick<RunSpec, 'model' | 'parameters'>,
  signal: AbortSignal,
): Promise<EmbeddedJob> {
  const sent = records.filter(({ text }) => text !== '')
  const inputs = sent.map(({ text }) => text)
  const result = await client
    .embedAll({ model, inputs, parameters }, { onError: 'collect', signal })
    .catch((error: unknown) => {
      throw concernsEveryJob(error) ? new WorkerError(error.message, { cause: error }) : error
    })
  const passing = result.failures.find(({ error }) => error.verdict !== 'input')
  if (passing) throw passing.error
  const [first] = result.data.filter((embedding) => embedding !== null)
  return {
    embedded: sent.flatMap((record, i) => {
      const embedding = result.data[i]
      return embedding ? [embeddedRecord(record, embedding)] : []
    }),
    failures: [
      ...records.filter(({ text }) => text === '').map(({ id }) => ({ id, error: 'has no text' })),
      ...result.failures.flatMap(({ inputRange, error }) =>
        sent.slice(...inputRange).map(({ id }) => ({ id, error: error.message })),
      ),
    ],
    tokens: result.usage.totalTokens,
    vectors: first && {
      servedBy: result.model,
      ...(first.vectorType === 'dense' ? { dimension: first.values.length } : {}),
    },
  }
}

function concernsEveryJob(error: unknown): error is PineconeInferenceError {
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
