import { PineconeResponseError } from '@pinecone-inference/client'
import type { Embedded } from '../output/job-output.js'
import type { VectorFacts } from '../output/journal.js'

/** Compares every vector of an output with those before it, including those of earlier runs. */
export class SameVectors {
  #dimension: number | undefined
  #models: readonly string[] | undefined

  constructor({ dimension, models }: VectorFacts = {}) {
    this.#dimension = dimension
    this.#models = models
  }

  get facts(): VectorFacts {
    return {
      ...(this.#dimension === undefined ? {} : { dimension: this.#dimension }),
      ...(this.#models === undefined ? {} : { models: this.#models }),
    }
  }

  /**
   * @throws PineconeResponseError for a vector of another length or model, which cannot be compared with the others; the
   * same command fails again until somebody changes something
   */
  check({ embedded: { id, values }, served }: Embedded): void {
    this.#models ??= served
    const at = served.findIndex((model, i) => model !== this.#models?.[i])
    if (at >= 0) {
      throw new PineconeResponseError(
        `${JSON.stringify(id)} was embedded by ${served[at]}, and the vectors before it by ${this.#models[at]}: the ` +
          'service now has another model under the same name. Start over to have all vectors from one model.',
        { verdict: 'setup' },
      )
    }
    if (!values) return
    this.#dimension ??= values.length
    if (values.length === this.#dimension) return
    throw new PineconeResponseError(
      `the service answered ${JSON.stringify(id)} with ${values.length} numbers, where the vectors before it have ` +
        `${this.#dimension}; give --dimension, or find out what changed at the service`,
      { verdict: 'setup' },
    )
  }
}
