import type {
  Embedding,
  Encoding,
  PineconeInference,
  PineconeInferenceError,
} from '@pinecone-inference/client'
import type { EmbeddedRecord, TextRecord } from '@pinecone-inference/files'
import { isRefusal } from '../../ending/expected-error.js'
import { SharedSource } from '../input/shared-source.js'
import type { Outcome } from '../output/job-output.js'
import type { EmbedCall } from './embed-job.js'

/** Signals that end a job before it is done. */
export interface Stop {
  /** Begin nothing new. */
  readonly requested: AbortSignal
  /** Requests under way have taken too long to finish. */
  readonly overdue: AbortSignal
}

/** One input's vector with the model that served it, or why it has none. */
type Vector = { readonly embedding: Embedding<Encoding>; readonly model: string } | PineconeInferenceError

/**
 * Embeds records with one model, or with several side by side, in input order. Reads no further ahead than the
 * client's stream does. Once a stop is requested, ends after the requests under way. Records that the output already has
 * are passed on without a request.
 *
 * @throws PineconeInferenceError if a request fails for another reason than its inputs
 */
export async function* embedRecords(
  records: AsyncIterable<TextRecord>,
  calls: readonly EmbedCall[],
  client: PineconeInference,
  stop: Stop,
  isThere: (record: TextRecord) => boolean,
): AsyncGenerator<Outcome, void> {
  const source = new SharedSource(withNeed(records, isThere))
  const streams = calls.map((call) => embedTexts(source, call, client, stop))
  try {
    for (;;) {
      const vectors = await nextOf(streams)
      for (;;) {
        const next = source.shift()
        if (!next) break
        const { record, need } = next
        if (need === 'there') {
          yield { record, unchanged: true }
        } else if (need === 'empty') {
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

/** The next item of each stream; a single stream is read without extra promises. */
async function nextOf<T>(streams: readonly AsyncIterator<T, void>[]): Promise<IteratorResult<T, void>[]> {
  const [first, ...others] = streams
  return first && others.length === 0
    ? [await first.next()]
    : Promise.all(streams.map((stream) => stream.next()))
}

/** A record, and whether it needs a vector: an empty text cannot have one, and some records have theirs already. */
interface Wanted {
  readonly record: TextRecord
  readonly need: 'vector' | 'empty' | 'there'
}

async function* withNeed(
  records: AsyncIterable<TextRecord>,
  isThere: (record: TextRecord) => boolean,
): AsyncGenerator<Wanted, void> {
  for await (const record of records) {
    yield { record, need: record.text === '' ? 'empty' : isThere(record) ? 'there' : 'vector' }
  }
}

function outcome(record: TextRecord, vectors: readonly Vector[]): Outcome {
  const { id, metadata } = record
  const embedded: EmbeddedRecord = { id, ...(metadata && { metadata }) }
  const served: string[] = []
  for (const vector of vectors) {
    if (vector instanceof Error) return { record, failure: vector }
    const { embedding, model } = vector
    served.push(model)
    if (embedding.vectorType === 'dense') embedded.values = embedding.values
    else embedded.sparseValues = { indices: embedding.sparseIndices, values: embedding.sparseValues }
  }
  return { record, embedded, served }
}

/**
 * The vectors of all texts that need one.
 *
 * Only the client retries. An error that remains ends the job; the service's failure is no reason to give up a text.
 */
async function* embedTexts(
  source: SharedSource<Wanted>,
  { model, parameters, encoding }: EmbedCall,
  client: PineconeInference,
  stop: Stop,
): AsyncGenerator<Vector, void> {
  async function* texts() {
    for await (const { record, need } of source.reader()) if (need === 'vector') yield record.text
  }
  const stream = client.embedStream(
    { model, inputs: texts(), parameters, encoding },
    { onError: 'collect', drain: stop.requested, signal: stop.overdue },
  )
  for await (const item of stream) {
    if (!('error' in item)) yield item
    else if (isRefusal(item.error)) yield item.error
    else throw item.error
  }
}
