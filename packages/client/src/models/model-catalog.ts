import type { ModelInfo } from '../api/models.js'
import { factsFromInfo } from './facts-from-info.js'
import { hostedModel, type ModelFacts } from './hosted-models.js'

/** Knows each model's limits: the hosted ones from the table, any other from one look-up that is remembered. */
export class ModelCatalog {
  readonly #lookUp: (model: string) => Promise<ModelInfo>
  readonly #found = new Map<string, Promise<ModelFacts>>()

  constructor(lookUp: (model: string) => Promise<ModelInfo>) {
    this.#lookUp = lookUp
  }

  /** The facts of a model, asking the service at most once; a failed look-up is forgotten. */
  facts(model: string): ModelFacts | Promise<ModelFacts> {
    const hosted = hostedModel(model)
    if (hosted) return hosted
    const known = this.#found.get(model)
    if (known) return known
    const asked = this.#lookUp(model).then(factsFromInfo)
    this.#found.set(model, asked)
    asked.catch(() => this.#found.delete(model))
    return asked
  }
}
