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
  if (items <= 1) return hostedModel(model)
  const facts = engine.catalog.facts(model)
  return facts instanceof Promise ? orStopped(facts, call) : facts
}

/** The promise's outcome, or the reason as soon as the call is stopped. */
function orStopped<T>(promise: Promise<T>, call: Call): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopListening = call.onStop(reject)
    promise.then(resolve, reject).finally(stopListening)
  })
}
