import type { Call } from '../delivery/call.js'
import { hostedModel, type ModelFacts } from '../models/hosted-models.js'
import type { Engine } from './engine.js'

/**
 * What is known of the model, looked up only for a request that may have to be split: one query, or one
 * document, never waits for a look-up.
 */
export async function modelFacts(
  model: string,
  items: number,
  call: Call,
  engine: Engine,
): Promise<ModelFacts | undefined> {
  return items <= 1 ? hostedModel(model) : engine.catalog.facts(model, call)
}
