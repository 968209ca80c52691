import type { ModelFacts, ModelInfo } from '../api/models.js'
import type { Call } from '../lifetime/call.js'
import { factsFromInfo, hostedModel } from './hosted.js'

type Task = 'embed' | 'rerank'
type AskService = (model: string, task: Task, signal: AbortSignal) => Promise<ModelInfo>

/** A look-up under way, and how many calls wait for it. */
interface LookUp {
  readonly facts: Promise<ModelFacts>
  readonly abort: AbortController
  waiting: number
}

/**
 * Knows each model's limits: those of hosted models from the table, any other's from one look-up that is remembered.
 */
export class ModelCatalog {
  readonly #ask: AskService
  readonly #known = new Map<string, ModelFacts>()
  readonly #lookUps = new Map<string, LookUp>()

  constructor(ask: AskService) {
    this.#ask = ask
  }

  /**
   * The facts of a model, asking the service at most once. A failed look-up is forgotten, and one is ended when no call
   * waits for it any more. Undefined for a model that is not hosted where the call has a single item, which never has to
   * be split and so never waits for a look-up.
   */
  async facts(model: string, task: Task, items: number, call: Call): Promise<ModelFacts | undefined> {
    const hosted = hostedModel(model)
    if (hosted || items <= 1) return hosted
    return this.#known.get(model) ?? this.#lookUp(model, task, call)
  }

  async #lookUp(model: string, task: Task, call: Call): Promise<ModelFacts> {
    const lookUp = this.#lookUps.get(model) ?? this.#begin(model, task)
    lookUp.waiting++
    try {
      return await orStopped(lookUp.facts, call)
    } finally {
      if (--lookUp.waiting === 0) {
        this.#lookUps.delete(model)
        lookUp.abort.abort()
      }
    }
  }

  #begin(model: string, task: Task): LookUp {
    const abort = new AbortController()
    const facts = this.#ask(model, task, abort.signal).then(factsFromInfo)
    facts.then(
      (found) => this.#known.set(model, found),
      () => {},
    )
    const lookUp = { facts, abort, waiting: 0 }
    this.#lookUps.set(model, lookUp)
    return lookUp
  }
}

/** The promise's outcome, or the reason once the call is stopped. */
function orStopped<T>(promise: Promise<T>, call: Call): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopListening = call.stopScope.onEnd(reject)
    promise.then(resolve, reject).finally(stopListening)
  })
}
