import type { CollectingEmbedAllOptions, EmbedAllOptions } from '../api/call-options.js'
import type { Embedding, EmbedRequest, EmbedResult, Encoding } from '../api/embed.js'
import { piecesOf } from '../batches/pieces.js'
import {
  AHEAD_PER_SLOT,
  type Batch,
  type Item,
  MAX_REQUEST_BYTES,
  planBatches,
  rangesOf,
} from '../batches/plan-batches.js'
import type { CollectedEmbedResult, EmbedFailure } from '../errors/inference-error.js'
import type { Call } from '../lifetime/call.js'
import { tell } from '../observe/events.js'
import { checkEmbedFields, checkEmbedRequest, refusedTexts } from '../validate/requests.js'
import { type WireItem, wireText } from '../wire/request.js'
import { embedBatch, embedProbe, inputsPerRequest, madeBy, nothingEmbedded } from './embed.js'
import { type Engine, gather } from './engine.js'

/** Any number of texts: split to the model's limits, sent side by side, back in input order. */
export async function embedAll<E extends Encoding>(
  given: EmbedRequest<E>,
  options: EmbedAllOptions | CollectingEmbedAllOptions,
  call: Call,
  engine: Engine,
): Promise<EmbedResult<E> | CollectedEmbedResult<E>> {
  const collects = options.onError === 'collect'
  const failures = collects ? refusedInputs(given) : []
  if (!collects) checkEmbedRequest(given)
  const request = copyOf(given)
  const { model, inputs, parameters, encoding } = request
  const { batchSize, onProgress } = options
  const plan = { model, parameters, inputs: inputs.length, batchSize }
  const { count, facts } = await inputsPerRequest(plan, call, engine)
  if (inputs.length === 0) return { ...nothingEmbedded(model), ...(collects ? { failures: [] } : {}) }

  if (inputs.length > count) call.lane = 'bulk'
  const work = { model, parameters, encoding, expected: engine.expected.of(model, facts, parameters) }
  const data = new Array<Embedding<E> | null>(inputs.length).fill(null)
  const usage = { totalTokens: 0 }
  const made = { model, vectorType: madeBy(model) }
  const refused = new Set(failures.map(({ inputRange: [index] }) => index))
  let done = failures.length
  const finished = (batch: Batch<Item>) => {
    done += batch.length
    tell(() => onProgress?.({ done, total: inputs.length, usage: { ...usage } }))
  }
  const probe = async (part: Call) => {
    const { usage: ofProbe } = await embedProbe(work, part, engine)
    usage.totalTokens += ofProbe.totalTokens
  }
  const limits = { count, bytes: MAX_REQUEST_BYTES }
  const pieces = piecesOf(planBatches(written(inputs, refused), limits), {
    call,
    slots: engine.maxConcurrency,
    window: AHEAD_PER_SLOT * engine.maxConcurrency,
    order: 'any',
    collecting: collects ? { probe } : undefined,
    send: (batch, part) => embedBatch(work, batch, part, engine),
  })
  await gather(pieces, {
    delivered({ batch, result }) {
      Object.assign(made, { model: result.model, vectorType: result.vectorType })
      for (const [i, { index }] of batch.entries()) data[index] = result.data[i] ?? null
      usage.totalTokens += result.usage.totalTokens
      finished(batch)
    },
    failed({ batch, error }) {
      for (const inputRange of rangesOf(batch)) failures.push({ inputRange, error })
      finished(batch)
    },
    partial: () => ({
      data: data.flatMap((embedding, index) => (embedding ? [{ index, embedding }] : [])),
      usage,
    }),
  })
  const result = { ...made, usage }
  if (!collects) return { ...result, data: data as Embedding<E>[] }
  failures.sort((a, b) => a.inputRange[0] - b.inputRange[0])
  return { ...result, data, failures }
}

/** The inputs that fail before anything is sent. */
function refusedInputs(request: EmbedRequest<Encoding>): EmbedFailure[] {
  checkEmbedFields(request)
  return [...refusedTexts(request.inputs)].map((error) => ({ inputRange: error.inputRange, error }))
}

/** Each text when its turn comes, so that not all are in memory twice. */
function* written(texts: readonly string[], refused: ReadonlySet<number>): Generator<WireItem, void> {
  for (const [index, text] of texts.entries()) if (!refused.has(index)) yield wireText(text, index)
}

/**
 * A copy, because the caller may refill its arrays as soon as it has the promise. Field by field, because a request may
 * be an object with getters.
 */
function copyOf<E extends Encoding>(request: EmbedRequest<E>): EmbedRequest<E> {
  const { model, inputs, parameters, encoding } = request
  return { model, inputs: [...inputs], parameters: parameters && { ...parameters }, encoding }
}
