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

/** When a job is to end before it is done. */
export interface Stop {
  /** Nothing new is to be begun. */
  readonly requested: AbortSignal
  /** What is under way took too long to finish. */
  readonly overdue: AbortSignal
}

/** One input's vector with the model that served it, or why it has none. */
type Vector = { readonly embedding: Embedding<Encoding>; readonly model: string } | PineconeInferenceError

/**
 * Embeds records with one model, or with several side by side, in input order. Reads no further ahead than the
 * client's stream does. Ends early, with what is on the wire, once a stop is requested. What the output has already is
 * passed on without asking for it.
 *
 * @throws PineconeInferenceError where the service fails altogether
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

/** The next of each; one stream alone needs no more promises than its own. */
async function nextOf<T>(streams: readonly AsyncIterator<T, void>[]): Promise<IteratorResult<T, void>[]> {
  const [first, ...others] = streams
  return first && others.length === 0
    ? [await first.next()]
    : Promise.all(streams.map((stream) => stream.next()))
}

/** A record, and whether it takes a vector: of an empty text there is none, and some are there already. */
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
 * The vectors of all texts that take one.
 *
 * Only the client asks again. What still fails then ends the job, and no text is given up for it.
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
