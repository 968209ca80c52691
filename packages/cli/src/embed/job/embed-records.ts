import type {
  Embedding,
  Encoding,
  PineconeInference,
  PineconeInferenceError,
} from '@pinecone-inference/client'
import type { EmbeddedRecord, TextRecord } from '@pinecone-inference/files'
import { isRefusal } from '../../service/failure-kinds.js'
import { SharedSource } from '../input/shared-source.js'
import type { Outcome } from '../output/job-output.js'
import type { EmbedCall } from './embed-job.js'

/** When a job is to end before it is done. */
export interface Stop {
  /** Nothing new is to be begun. */
  readonly requested: AbortSignal
  /** What is under way took too long to finish. */
  readonly overdue: AbortSignal
}

/** One input's vector, or why it has none. */
type Embedded = Embedding<Encoding> | PineconeInferenceError

/**
 * Embeds records with one model, or with several side by side, in input order. Reads no further ahead than the
 * client's stream does. Ends early, with what is on the wire, once a stop is requested.
 *
 * @throws PineconeInferenceError where the service fails altogether
 */
export async function* embedRecords(
  records: AsyncIterable<TextRecord>,
  calls: readonly EmbedCall[],
  client: PineconeInference,
  stop: Stop,
): AsyncGenerator<Outcome, void> {
  const source = new SharedSource(records)
  const streams = calls.map((call) => embedTexts(source, call, client, stop))
  try {
    for (;;) {
      const vectors = await nextOf(streams)
      for (;;) {
        const record = source.shift()
        if (!record) break
        if (record.text === '') {
          yield { record, failure: new Error('the text is empty') }
        } else {
          const values = vectors.flatMap(({ value }) => (value ? [value] : []))
          if (values.length < calls.length) {
            if (stop.requested.aborted) return
            throw new Error(`${record.id} got fewer vectors than models`)
          }
          yield outcome(record, values)
          break
        }
      }
      if (vectors.every(({ done }) => done)) return
    }
  } finally {
    await Promise.all(streams.map((stream) => stream.return()))
  }
}

/** The next of each; one stream alone needs no more promises than its own. */
async function nextOf<T>(streams: readonly AsyncIterator<T, void>[]): Promise<IteratorResult<T, void>[]> {
  const [first, ...others] = streams
  return first && others.length === 0
    ? [await first.next()]
    : Promise.all(streams.map((stream) => stream.next()))
}

function outcome(record: TextRecord, vectors: readonly Embedded[]): Outcome {
  const { id, metadata } = record
  const embedded: EmbeddedRecord = { id, ...(metadata && { metadata }) }
  for (const vector of vectors) {
    if (vector instanceof Error) return { record, failure: vector }
    if (vector.vectorType === 'dense') embedded.values = vector.values
    else embedded.sparseValues = { indices: vector.sparseIndices, values: vector.sparseValues }
  }
  return { record, embedded }
}

/**
 * The vectors of all texts that are not empty.
 *
 * Only the client asks again. What still fails then ends the job, and no text is given up for it.
 */
async function* embedTexts(
  source: SharedSource<TextRecord>,
  { model, parameters, encoding }: EmbedCall,
  client: PineconeInference,
  stop: Stop,
): AsyncGenerator<Embedded, void> {
  async function* texts() {
    for await (const { text } of source.reader()) if (text !== '') yield text
  }
  const stream = client.embedStream(
    { model, inputs: texts(), parameters, encoding },
    { onError: 'collect', drain: stop.requested, signal: stop.overdue },
  )
  for await (const item of stream) {
    if (!('error' in item)) yield item.embedding
    else if (isRefusal(item.error)) yield item.error
    else throw item.error
  }
}
