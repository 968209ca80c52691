import type { EmbedStreamOptions } from '../api/call-options.js'
import type { Embedding, EmbedResult, EmbedStreamRequest } from '../api/embed.js'
import { halveTooLarge } from '../batches/halve-too-large.js'
import { inOrder } from '../batches/in-order.js'
import { type Batch, type BatchLimits, BatchPlanner } from '../batches/plan-batches.js'
import { inputSize, MAX_REQUEST_BYTES } from '../batches/request-size.js'
import type { Call } from '../delivery/call.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { PineconeInferenceError } from '../errors/inference-error.js'
import { checkModelName } from '../validate/model.js'
import { checkText } from '../validate/texts.js'
import { embedBatch } from './embed.js'
import type { Engine } from './engine.js'
import { failedIn } from './failed-in.js'
import { inputsPerRequest } from './inputs-per-request.js'
import { UniformVectors } from './uniform-vectors.js'

/** One embedding of a stream, with its input's position. */
export interface StreamedEmbedding {
  index: number
  embedding: Embedding
}

/**
 * Batches per slot that are started and not yet taken. One slow answer holds back what came after it, so
 * there is room for the other slots to go on meanwhile; 4 x 8 batches of 96 x 1024 numbers are 25 MB.
 */
const WINDOW_PER_SLOT = 4

/** Texts of any source, embedded as they come, in input order and in bounded memory. */
export async function* embedStream(
  request: EmbedStreamRequest,
  options: EmbedStreamOptions,
  call: Call,
  engine: Engine,
): AsyncGenerator<StreamedEmbedding, void> {
  const { model, inputs } = request
  checkModelName(model)
  checkIterable(inputs)
  const { batchSize } = options
  const count = await inputsPerRequest(
    { ...request, inputs: Number.POSITIVE_INFINITY, batchSize },
    call,
    engine,
  )
  call.lane = 'bulk'
  const vectors = new UniformVectors()
  const finished = new Map<number, EmbedResult>()

  const embedParts = async (batch: Batch<string>) => {
    const deliver = async ({ start, items }: Batch<string>) => {
      const result = await embedBatch({ ...request, inputs: items }, call, engine)
      vectors.check(result)
      finished.set(start, result)
    }
    await halveTooLarge(batch, deliver, (part, error) => {
      throw failedIn(part, error)
    })
    return batch.start + batch.items.length
  }
  /** What is finished and comes before `end`, in order. */
  function* take(end: number): Generator<StreamedEmbedding, void> {
    const starts = [...finished.keys()].filter((start) => start < end).sort((a, b) => a - b)
    for (const start of starts) {
      const data = finished.get(start)?.data ?? []
      finished.delete(start)
      for (const [i, embedding] of data.entries()) yield { index: start + i, embedding }
    }
  }
  const batches = batchesOf(inputs, { count, bytes: MAX_REQUEST_BYTES })
  try {
    for await (const end of inOrder(batches, WINDOW_PER_SLOT * engine.maxConcurrency, call, embedParts)) {
      for (const streamed of take(end)) {
        call.throwIfStopped()
        yield streamed
      }
    }
  } catch (error) {
    if (error instanceof PineconeInferenceError) {
      // Of a batch that was halved, the part before the failure is still due.
      yield* take(error.inputRange?.[0] ?? 0)
      error.partial = notYetYielded(finished)
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

/** Finished after the failure, and so not yielded. */
function notYetYielded(finished: ReadonlyMap<number, EmbedResult>) {
  const results = [...finished].sort(([a], [b]) => a - b)
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
