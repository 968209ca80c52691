import type { CollectingEmbedStreamOptions, EmbedStreamOptions } from '../api/call-options.js'
import type { EmbedStreamRequest, Encoding, StreamedEmbedding } from '../api/embed.js'
import { type Failed, piecesOf } from '../batches/pieces.js'
import { type Batch, type BatchLimits, BatchPlanner, MAX_REQUEST_BYTES } from '../batches/plan-batches.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { PineconeInferenceError, type StreamedFailure } from '../errors/inference-error.js'
import { type Call, DRAINED, drainOn } from '../lifetime/call.js'
import { refusedText } from '../validate/requests.js'
import { type WireItem, wireText } from '../wire/request.js'
import { embedBatch, embedProbe, inputsPerRequest } from './embed.js'
import type { Engine } from './engine.js'

/**
 * Batches per slot that are started and not yet taken. A slow answer holds back those after it, so there is room for
 * the other slots to continue; 4 x 8 batches of 96 x 1024 numbers are 25 MB.
 */
const WINDOW_PER_SLOT = 4

/** Embeds texts from any source as they arrive, in input order and in bounded memory. */
export async function* embedStream<E extends Encoding>(
  given: EmbedStreamRequest<E>,
  options: EmbedStreamOptions | CollectingEmbedStreamOptions,
  call: Call,
  engine: Engine,
): AsyncGenerator<StreamedEmbedding<E> | StreamedFailure, void> {
  const request = copyOf(given)
  const { model, inputs, parameters, encoding } = request
  checkIterable(inputs)
  const { batchSize, drain } = options
  const lookingUp = call.part()
  const stopListening = drainOn(drain, lookingUp)
  let limits: Awaited<ReturnType<typeof inputsPerRequest>>
  try {
    const plan = { model, parameters, inputs: Number.POSITIVE_INFINITY, batchSize }
    limits = await inputsPerRequest(plan, lookingUp, engine)
  } catch (error) {
    if (error === DRAINED) return
    throw error
  } finally {
    stopListening()
    lookingUp.end()
  }
  const { count, facts } = limits
  call.lane = 'bulk'
  const work = { model, parameters, encoding, expected: engine.expected.of(model, facts, parameters) }
  const collects = options.onError === 'collect'
  /** Inputs refused while a batch was being filled, to be yielded in their place. */
  const refused: StreamedFailure[] = []
  const source = batchesOf(inputs, { count, bytes: MAX_REQUEST_BYTES }, collects ? refused : undefined)
  const pieces = piecesOf(source, {
    call,
    slots: engine.maxConcurrency,
    window: WINDOW_PER_SLOT * engine.maxConcurrency,
    order: 'input',
    collecting: collects ? { probe: (part) => embedProbe(work, part, engine) } : undefined,
    drain,
    send: (batch, part) => embedBatch(work, batch, part, engine),
  })
  let failure: PineconeInferenceError | undefined
  /** Finished after the failure, so not yielded. */
  const after: StreamedEmbedding<E>[] = []
  const usage = { totalTokens: 0 }
  for await (const piece of pieces) {
    const { batch } = piece
    if (!('error' in piece)) {
      const { model, data } = piece.result
      for (const [i, embedding] of data.entries()) {
        call.abortScope.throwIfEnded()
        const item = { index: batch[i]?.index ?? i, embedding, model }
        if (failure) {
          after.push(item)
        } else {
          if (refused.length > 0) yield* takenBefore(item.index, refused)
          yield item
        }
      }
      if (failure) usage.totalTokens += piece.result.usage.totalTokens
    } else if (piece.isFinal) {
      failure ??= piece.error
    } else if (!failure) {
      for (const { index } of batch) {
        call.abortScope.throwIfEnded()
        yield* takenBefore(index, refused)
        yield { index, error: piece.error }
      }
    }
  }
  if (!failure && !drain?.aborted) yield* takenBefore(Number.POSITIVE_INFINITY, refused)
  if (!failure) return
  failure.partial = { data: after, usage }
  throw failure
}

/** Removes and yields the entries at the front that come before a position. */
function* takenBefore(index: number, refused: StreamedFailure[]): Generator<StreamedFailure, void> {
  for (let first = refused[0]; first && first.index < index; first = refused[0]) {
    refused.shift()
    yield first
  }
}

/** Refused inputs in a row after which the batch is sent as it is, so that a source of blanks is not read forever. */
const MAX_REFUSED = 1_000

/**
 * @param refused collects inputs that are refused while a batch is being filled, so that they do not split it. If
 * absent, the first one ends the source.
 */
async function* batchesOf(
  inputs: Iterable<string> | AsyncIterable<string>,
  limits: BatchLimits,
  refused: StreamedFailure[] | undefined,
): AsyncGenerator<Batch<WireItem> | Failed, void> {
  const planner = new BatchPlanner<WireItem>(limits)
  let index = 0
  let failure: { error: unknown } | undefined
  try {
    for await (const text of inputs) {
      const error = refusedText(text, index)
      if (error) {
        if (!refused) {
          failure = { error }
          break
        }
        const rest = refused.length < MAX_REFUSED ? undefined : planner.rest()
        if (rest) yield rest
        if (planner.isEmpty) yield { batch: [{ index, bytes: 0 }], error, isFinal: false }
        else refused.push({ index, error })
        index++
        continue
      }
      const batch = planner.add(wireText(text, index++))
      if (batch) yield batch
    }
  } catch (error) {
    failure = { error: sourceError(error, index) }
  }
  const rest = planner.rest()
  if (rest) yield rest
  if (failure) throw failure.error
}

/**
 * The source's own error, unchanged. An error with positions comes from another bulk call and refers to that call's
 * inputs: it becomes the cause of an error that says where this stream ended.
 */
function sourceError(error: unknown, index: number): unknown {
  if (!(error instanceof PineconeInferenceError) || !(error.inputRange || error.partial)) return error
  const words = `inputs[${index}] could not be read: ${error.message}`
  return Object.assign(new PineconeInferenceError(words, { cause: error }), {
    verdict: error.verdict,
    inputRange: [index, index + 1] as const,
  })
}

function checkIterable(inputs: unknown): void {
  const iterable =
    typeof inputs === 'object' &&
    inputs !== null &&
    (Symbol.iterator in inputs || Symbol.asyncIterator in inputs)
  if (!iterable)
    throw new PineconeConfigurationError('inputs', 'must be an iterable or async iterable of strings')
}

/** A copy, because the caller may change its parameters. The inputs are read only once, as they arrive. */
function copyOf<E extends Encoding>(request: EmbedStreamRequest<E>): EmbedStreamRequest<E> {
  const { model, inputs, parameters, encoding } = request
  return { model, inputs, parameters: parameters && { ...parameters }, encoding }
}
