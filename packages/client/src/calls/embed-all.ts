import type { EmbedAllOptions } from '../api/call-options.js'
import type { Embedding, EmbedRequest, EmbedResult } from '../api/embed.js'
import { planBatches } from '../batches/plan-batches.js'
import { inputSize, MAX_REQUEST_BYTES } from '../batches/request-size.js'
import { runBatches } from '../batches/run-batches.js'
import type { Call } from '../delivery/call.js'
import { PineconeInferenceError } from '../errors/inference-error.js'
import { checkBatchSize } from '../validate/call-options.js'
import { checkModelName, checkModelUse } from '../validate/model.js'
import { checkTexts } from '../validate/texts.js'
import { embedBatch, nothingEmbedded } from './embed.js'
import type { Engine } from './engine.js'
import { failedIn } from './failed-in.js'
import { modelFacts } from './model-facts.js'
import { UniformVectors } from './uniform-vectors.js'

/** Batches a bulk call may have unfinished, per slot: so that one waiting for a retry leaves no slot idle. */
export const AHEAD_PER_SLOT = 2

/** Any number of texts: split to the model's limits, sent side by side, back in input order. */
export async function embedAll(
  request: EmbedRequest,
  options: EmbedAllOptions,
  call: Call,
  engine: Engine,
): Promise<EmbedResult> {
  const { model, inputs, parameters } = request
  checkModelName(model)
  checkTexts(inputs)
  const facts = await modelFacts(model, inputs.length, call, engine)
  if (facts) {
    checkModelUse('embed', model, facts, parameters)
    checkBatchSize(options.batchSize, facts.maxBatchSize, model)
  }
  if (inputs.length === 0) return nothingEmbedded(model)

  const count = options.batchSize ?? facts?.maxBatchSize ?? 1
  if (inputs.length > count) call.lane = 'bulk'
  const vectors = new UniformVectors()
  const data = new Array<Embedding | undefined>(inputs.length)
  const usage = { totalTokens: 0 }
  let done = 0
  try {
    const batches = planBatches(inputs, { count, bytes: MAX_REQUEST_BYTES }, inputSize)
    await runBatches(batches, AHEAD_PER_SLOT * engine.maxConcurrency, call, async ({ start, items }) => {
      try {
        const result = await embedBatch({ ...request, inputs: items }, call, engine)
        vectors.check(result)
        result.data.forEach((embedding, i) => {
          data[start + i] = embedding
        })
        usage.totalTokens += result.usage.totalTokens
        done += items.length
      } catch (error) {
        throw failedIn([start, start + items.length], error)
      }
      options.onProgress?.({ done, total: inputs.length, usage: { ...usage } })
    })
  } catch (error) {
    if (error instanceof PineconeInferenceError) {
      error.partial = {
        data: data.flatMap((embedding, index) => (embedding ? [{ index, embedding }] : [])),
        usage,
      }
    }
    throw error
  }
  return { model: vectors.model, vectorType: vectors.vectorType, data: data as Embedding[], usage }
}
