import type { CollectingEmbedStreamOptions, EmbedStreamOptions } from '../api/call-options.js'
import type { Embedding, EmbedResult, EmbedStreamRequest, Encoding, VectorType } from '../api/embed.js'
import { halveRefused } from '../batches/halve-refused.js'
import { inOrder } from '../batches/in-order.js'
import { type Batch, type BatchLimits, BatchPlanner } from '../batches/plan-batches.js'
import { inputSize, MAX_REQUEST_BYTES } from '../batches/request-size.js'
import type { Call } from '../delivery/call.js'
import { drainOn, isDrained } from '../delivery/drain.js'
import { isRefusal, isTooLarge } from '../delivery/refusal.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import type { PineconeInferenceError } from '../errors/inference-error.js'
import { checkEncoding } from '../validate/encoding.js'
import { checkModelName } from '../validate/model.js'
import { checkText } from '../validate/texts.js'
import { embedBatch } from './embed.js'
import type { Engine } from './engine.js'
import { failedIn, isCallsOwn, isOneRequestsOwn } from './failed-in.js'
import { inputsPerRequest } from './inputs-per-request.js'
import { ownStreamRequest } from './own-copy.js'
import { UniformVectors } from './uniform-vectors.js'

/** One embedding of a stream, with its input's position. */
export interface StreamedEmbedding<E extends Encoding = 'number', V extends VectorType = VectorType> {
  index: number
  embedding: Embedding<E, V>
}

/** An input of a stream that could not be embedded, with the error of its request. */
export interface StreamedFailure {
  index: number
  error: PineconeInferenceError
}

/**
 * Batches per slot that are started and not yet taken. One slow answer holds back what came after it, so
 * there is room for the other slots to go on meanwhile; 4 x 8 batches of 96 x 1024 numbers are 25 MB.
 */
const WINDOW_PER_SLOT = 4

/** Texts of any source, embedded as they come, in input order and in bounded memory. */
export async function* embedStream<E extends Encoding>(
  given: EmbedStreamRequest<E>,
  options: EmbedStreamOptions | CollectingEmbedStreamOptions,
  call: Call,
  engine: Engine,
): AsyncGenerator<StreamedEmbedding<E> | StreamedFailure, void> {
  const request = ownStreamRequest(given)
  const { model, inputs } = request
  checkModelName(model)
  checkEncoding(request.encoding)
  checkIterable(inputs)
  const { batchSize, drain } = options
  const collects = options.onError === 'collect'
  const lookingUp = call.part()
  const stopListening = drainOn(drain, lookingUp)
  let count: number
  try {
    const inputs = Number.POSITIVE_INFINITY
    count = await inputsPerRequest({ ...request, inputs, batchSize }, lookingUp, engine)
  } catch (error) {
    if (isDrained(error)) return
    throw error
  } finally {
    stopListening()
    lookingUp.end()
  }
  call.lane = 'bulk'
  const vectors = new UniformVectors(model)
  const finished = new Map<number, EmbedResult<E> | Failure>()

  const embedParts = async (batch: Batch<string>, part: Call) => {
    const deliver = async ({ start, items }: Batch<string>) => {
      const result = await embedBatch({ ...request, inputs: items }, part, engine)
      vectors.check(result)
      finished.set(start, result)
    }
    const fail = (failed: Batch<string>, error: unknown) => {
      failedIn(failed, error, part)
      if (!collects || !isOneRequestsOwn(error, part)) throw error
      finished.set(failed.start, { error, count: failed.items.length })
    }
    await halveRefused(batch, { deliver, fail, mayPassInHalves: collects ? isRefusal : isTooLarge })
    return batch.start + batch.items.length
  }
  /** What is finished and comes before `end`, in order. */
  function* take(end: number): Generator<StreamedEmbedding<E> | StreamedFailure, void> {
    const due = [...finished].filter(([start]) => start < end).sort(([a], [b]) => a - b)
    for (const [start, result] of due) {
      finished.delete(start)
      yield* inputByInput(start, result)
    }
  }
  const batches = batchesOf(inputs, { count, bytes: MAX_REQUEST_BYTES })
  const window = WINDOW_PER_SLOT * engine.maxConcurrency
  try {
    for await (const end of inOrder(batches, { window, call, drain }, embedParts)) {
      for (const streamed of take(end)) {
        call.throwIfAborted()
        yield streamed
      }
    }
  } catch (error) {
    if (isCallsOwn(error, call)) {
      // Of a batch that was halved, the part before the failure is still due.
      yield* take(error.inputRange?.[0] ?? 0)
      // The source may have failed with an error of a call of its own.
      error.partial ??= notYetYielded(finished)
    }
    throw error
  }
}

async function* batchesOf(
  inputs: Iterable<string> | AsyncIterable<string>,
  limits: BatchLimits,
): AsyncGenerator<Batch<string>, void> {
  const planner = new BatchPlanner(limits, inputSize)
  let index = 0
  let failure: { error: unknown } | undefined
  try {
    for await (const text of inputs) {
      checkText(text, index++)
      const batch = planner.add(text)
      if (batch) yield batch
    }
  } catch (error) {
    failure = { error }
  }
  const rest = planner.rest()
  if (rest) yield rest
  if (failure) throw failure.error
}

/** A request that failed, and how many inputs it had. */
interface Failure {
  error: PineconeInferenceError
  count: number
}

function* inputByInput<E extends Encoding>(
  start: number,
  result: EmbedResult<E> | Failure,
): Generator<StreamedEmbedding<E> | StreamedFailure, void> {
  if ('error' in result) {
    for (let i = 0; i < result.count; i++) yield { index: start + i, error: result.error }
  } else {
    for (const [i, embedding] of result.data.entries()) yield { index: start + i, embedding }
  }
}

/** Finished after the failure, and so not yielded. */
function notYetYielded(finished: ReadonlyMap<number, EmbedResult<Encoding> | Failure>) {
  const results = [...finished]
    .flatMap(([start, result]) => ('error' in result ? [] : [[start, result] as const]))
    .sort(([a], [b]) => a - b)
  return {
    data: results.flatMap(([start, { data }]) =>
      data.map((embedding, i) => ({ index: start + i, embedding })),
    ),
    usage: { totalTokens: results.reduce((sum, [, { usage }]) => sum + usage.totalTokens, 0) },
  }
}

function checkIterable(inputs: unknown): void {
  const iterable =
    typeof inputs === 'object' &&
    inputs !== null &&
    (Symbol.iterator in inputs || Symbol.asyncIterator in inputs)
  if (!iterable)
    throw new PineconeConfigurationError('inputs', 'must be an iterable or async iterable of strings')
}
