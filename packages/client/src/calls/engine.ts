import type { Sender } from '../delivery/sender.js'
import type { Call } from '../lifetime/call.js'
import { hostedModel, type ModelFacts } from '../models/hosted-models.js'
import type { ModelCatalog } from '../models/model-catalog.js'
import type { ExpectedByModel } from '../wire/expected.js'

/** What every call works with. */
export interface Engine {
  readonly sender: Sender
  readonly catalog: ModelCatalog
  readonly expected: ExpectedByModel
  readonly maxConcurrency: number
}

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
