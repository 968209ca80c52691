import type { CollectingEmbedAllOptions, EmbedAllOptions } from '../api/call-options.js'
import type { Embedding, EmbedParameters, EmbedRequest, EmbedResult, Encoding } from '../api/embed.js'
import type { ModelFacts, VectorType } from '../api/models.js'
import { piecesOf } from '../batches/pieces.js'
import {
  AHEAD_PER_SLOT,
  type Batch,
  type Item,
  MAX_REQUEST_BYTES,
  planBatches,
  rangesOf,
} from '../batches/plan-batches.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import type { CollectedEmbedResult, EmbedFailure } from '../errors/inference-error.js'
import type { Call } from '../lifetime/call.js'
import { hostedModel } from '../models/catalog.js'
import type { ExpectedVectors } from '../models/expected.js'
import { tell } from '../observe/events.js'
import { checkModelUse } from '../validate/model.js'
import { checkBatchSize } from '../validate/options.js'
import { checkEmbedFields, checkEmbedRequest, refusedTexts } from '../validate/requests.js'
import { checked } from '../wire/answer.js'
import { embedAnswer, encodeEmbedRequest } from '../wire/embed.js'
import { textBytes, type WireItem, wireText } from '../wire/request.js'
import { type Engine, gather } from './engine.js'

/** Embeds the inputs in a single request. */
export async function embed<E extends Encoding>(
  request: EmbedRequest<E>,
  call: Call,
  engine: Engine,
): Promise<EmbedResult<E>> {
  checkEmbedRequest(request)
  const facts = hostedModel(request.model)
  if (facts) {
    checkModelUse('embed', request.model, facts, request.parameters)
    if (request.inputs.length > facts.maxBatchSize) {
      throw new PineconeConfigurationError(
        'inputs',
        `holds ${request.inputs.length} texts; ${request.model} takes at most ${facts.maxBatchSize} in one request (embedAll splits them)`,
      )
    }
  }
  if (request.inputs.length === 0) return nothingEmbedded(request.model)
  const { model, parameters, encoding } = request
  const expected = engine.expected.of(model, facts, parameters)
  return embedBatch({ model, parameters, encoding, expected }, request.inputs.map(wireText), call, engine)
}

/** Embeds any number of texts: split to the model's limits, sent in parallel, returned in input order. */
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
  const pieces = piecesOf(planBatches(wireTexts(inputs, refused), limits), {
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

/** Inputs that fail before anything is sent. */
function refusedInputs(request: EmbedRequest<Encoding>): EmbedFailure[] {
  checkEmbedFields(request)
  return [...refusedTexts(request.inputs)].map((error) => ({ inputRange: error.inputRange, error }))
}

/** Encodes each text when its batch is planned, so that not all texts are in memory twice. */
function* wireTexts(texts: readonly string[], refused: ReadonlySet<number>): Generator<WireItem, void> {
  for (const [index, text] of texts.entries()) if (!refused.has(index)) yield wireText(text, index)
}

/**
 * A copy, because the caller may reuse its arrays as soon as it has the promise. Field by field, because a request may
 * be an object with getters.
 */
function copyOf<E extends Encoding>(request: EmbedRequest<E>): EmbedRequest<E> {
  const { model, inputs, parameters, encoding } = request
  return { model, inputs: [...inputs], parameters: parameters && { ...parameters }, encoding }
}

/** What the requests of a call share. */
interface EmbedWork<E extends Encoding> {
  readonly model: string
  readonly parameters: EmbedParameters | undefined
  readonly encoding: E | undefined
  readonly expected: ExpectedVectors
}

/** Sends texts that have been checked. */
export async function embedBatch<E extends Encoding>(
  { model, parameters, encoding, expected }: EmbedWork<E>,
  inputs: readonly WireItem[],
  call: Call,
  engine: Engine,
): Promise<EmbedResult<E>> {
  const { totalTokens, ...answer } = await engine.sender.send(
    {
      request: {
        method: 'POST',
        path: '/embed',
        body: encodeEmbedRequest(model, sentParameters(model, parameters), inputs),
      },
      content: { batchSize: inputs.length, dimension: parameters?.dimension },
      load: {
        model,
        inputType: parameters?.inputType,
        texts: { texts: inputs.length, bytes: textBytes(inputs) },
      },
      read: () => checked(embedAnswer({ inputs, encoding }), (answer) => expected.check(answer)),
      usage: ({ totalTokens }) => (totalTokens === undefined ? {} : { totalTokens }),
    },
    call,
  )
  return { ...answer, usage: { totalTokens: totalTokens ?? 0 } }
}

/** A model with a single dimension declares no such parameter, so it is not sent. */
function sentParameters(model: string, parameters: EmbedParameters = {}): EmbedParameters {
  const isFixed = hostedModel(model)?.dimensions?.length === 1
  return isFixed ? { ...parameters, dimension: undefined } : parameters
}

export function nothingEmbedded(model: string): EmbedResult<never> {
  return { model, vectorType: madeBy(model), data: [], usage: { totalTokens: 0 } }
}

/** The type of a model's vectors, before it has made any. */
export function madeBy(model: string): VectorType {
  return hostedModel(model)?.vectorType ?? 'dense'
}

/**
 * How many texts one request of this call may hold, and what is known about the model. Refuses parameters and batch
 * sizes that the model does not accept.
 */
export async function inputsPerRequest(
  bulk: {
    model: string
    parameters?: EmbedParameters | undefined
    inputs: number
    batchSize?: number | undefined
  },
  call: Call,
  engine: Engine,
): Promise<{ count: number; facts: ModelFacts | undefined }> {
  const { model, parameters, batchSize } = bulk
  checkBatchSize(batchSize)
  const facts = await engine.catalog.facts(model, 'embed', bulk.inputs, call)
  if (!facts) return { count: batchSize ?? 1, facts }
  checkModelUse('embed', model, facts, parameters)
  checkBatchSize(batchSize, { max: facts.maxBatchSize, model })
  return { count: batchSize ?? facts.maxBatchSize, facts }
}

/** Sends a text that no model refuses. If it is refused too, the request itself is at fault. */
export function embedProbe<E extends Encoding>(
  work: EmbedWork<E>,
  call: Call,
  engine: Engine,
): Promise<EmbedResult<E>> {
  return embedBatch(work, [wireText('a', 0)], call, engine)
}
