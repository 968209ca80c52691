import type { EmbedParameters } from '../api/embed.js'
import type { Call } from '../delivery/call.js'
import { checkBatchSize } from '../validate/call-options.js'
import { checkModelUse } from '../validate/model.js'
import type { Engine } from './engine.js'
import { modelFacts } from './model-facts.js'

/** How many texts a request of this call may hold. Refuses parameters, or a batch size, that the model does not take. */
export async function inputsPerRequest(
  bulk: {
    model: string
    parameters?: EmbedParameters | undefined
    inputs: number
    batchSize?: number | undefined
  },
  call: Call,
  engine: Engine,
): Promise<number> {
  const { model, parameters, batchSize } = bulk
  checkBatchSize(batchSize)
  const facts = await modelFacts(model, bulk.inputs, call, engine)
  if (!facts) return batchSize ?? 1
  checkModelUse('embed', model, facts, parameters)
  checkBatchSize(batchSize, { most: facts.maxBatchSize, model })
  return batchSize ?? facts.maxBatchSize
}
