import type { EmbedParameters, EmbedResult, Encoding } from '../api/embed.js'
import type { Call } from '../lifetime/call.js'
import type { ModelFacts } from '../models/hosted-models.js'
import { checkBatchSize } from '../validate/call-options.js'
import { checkModelUse } from '../validate/model.js'
import { wireText } from '../wire/items.js'
import { type EmbedWork, embedBatch } from './embed.js'
import { type Engine, modelFacts } from './engine.js'

/** How many texts a request of this call may hold, and what is known of the model. Refuses parameters, or a batch size, that the model does not take. */
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
  const facts = await modelFacts(model, bulk.inputs, call, engine)
  if (!facts) return { count: batchSize ?? 1, facts }
  checkModelUse('embed', model, facts, parameters)
  checkBatchSize(batchSize, { most: facts.maxBatchSize, model })
  return { count: batchSize ?? facts.maxBatchSize, facts }
}

/** Sends a text that no model refuses: if this fails too, the request itself is at fault. */
export function embedProbe<E extends Encoding>(
  work: EmbedWork<E>,
  call: Call,
  engine: Engine,
): Promise<EmbedResult<E>> {
  return embedBatch(work, [wireText('a')], call, engine)
}
