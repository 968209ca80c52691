import type { CollectingEmbedAllOptions, EmbedAllOptions } from '../api/call-options.js'
import type {
  CollectedEmbedResult,
  Embedding,
  EmbedFailure,
  EmbedRequest,
  EmbedResult,
  Encoding,
} from '../api/embed.js'
import { halveRefused } from '../batches/halve-refused.js'
import { type Batch, planBatches } from '../batches/plan-batches.js'
import { inputSize, MAX_REQUEST_BYTES } from '../batches/request-size.js'
import { runBatches } from '../batches/run-batches.js'
import type { Call } from '../delivery/call.js'
import { isRefusal, isTooLarge } from '../delivery/refusal.js'
import { tell } from '../observe/tell.js'
import { checkListener, checkOnError } from '../validate/call-options.js'
import { checkEncoding } from '../validate/encoding.js'
import { checkRequest, EMBED_REQUEST } from '../validate/model.js'
import { checkTexts } from '../validate/texts.js'
import { embedBatch, nothingEmbedded } from './embed.js'
import type { Engine } from './engine.js'
import { failedIn, isCallsOwn, isOneRequestsOwn } from './failed-in.js'
import { inputsPerRequest } from './inputs-per-request.js'
import { ownEmbedRequest } from './own-copy.js'
import { UniformVectors } from './uniform-vectors.js'

/** Batches a bulk call may have unfinished, per slot: so that one waiting for a retry leaves no slot idle. */
export const AHEAD_PER_SLOT = 2

/** Any number of texts: split to the model's limits, sent side by side, back in input order. */
export async function embedAll<E extends Encoding>(
  given: EmbedRequest<E>,
  options: EmbedAllOptions | CollectingEmbedAllOptions,
  call: Call,
  engine: Engine,
): Promise<EmbedResult<E> | CollectedEmbedResult<E>> {
  checkRequest(given, EMBED_REQUEST)
  checkEncoding(given.encoding)
  checkTexts(given.inputs)
  checkListener('onProgress', options.onProgress)
  checkOnError(options.onError)
  const request = ownEmbedRequest(given)
  const { model, inputs } = request
  const { batchSize, onProgress } = options
  const count = await inputsPerRequest({ ...request, inputs: inputs.length, batchSize }, call, engine)
  const collects = options.onError === 'collect'
  if (inputs.length === 0) return { ...nothingEmbedded(model), ...(collects ? { failures: [] } : {}) }

  if (inputs.length > count) call.lane = 'bulk'
  const vectors = new UniformVectors(model)
  const data = new Array<Embedding<E> | null>(inputs.length).fill(null)
  const usage = { totalTokens: 0 }
  const failures: EmbedFailure[] = []
  let done = 0

  const deliver = async ({ start, items }: Batch<string>) => {
    const result = await embedBatch({ ...request, inputs: items }, call, engine)
    vectors.check(result)
    for (const [i, embedding] of result.data.entries()) data[start + i] = embedding
    usage.totalTokens += result.usage.totalTokens
    done += items.length
    tell(() => onProgress?.({ done, total: inputs.length, usage: { ...usage } }))
  }
  const fail = (batch: Batch<string>, error: unknown) => {
    failedIn(batch, error, call)
    if (!collects || !isOneRequestsOwn(error, call)) throw error
    failures.push({ inputRange: [batch.start, batch.start + batch.items.length], error })
  }
  try {
    const batches = planBatches(inputs, { count, bytes: MAX_REQUEST_BYTES }, inputSize)
    await runBatches(batches, AHEAD_PER_SLOT * engine.maxConcurrency, call, (batch) =>
      halveRefused(batch, { deliver, fail, mayPassInHalves: collects ? isRefusal : isTooLarge }),
    )
  } catch (error) {
    if (isCallsOwn(error, call)) {
      error.partial = {
        data: data.flatMap((embedding, index) => (embedding ? [{ index, embedding }] : [])),
        usage,
      }
    }
    throw error
  }
  const result = { model: vectors.model, vectorType: vectors.vectorType, usage }
  if (!collects) return { ...result, data: data as Embedding<E>[] }
  failures.sort((a, b) => a.inputRange[0] - b.inputRange[0])
  return { ...result, data, failures }
}
