import { PineconeResponseError } from '@pinecone-inference/client'
import type { EmbeddedRecord } from '@pinecone-inference/files'
import type { VectorFacts } from '../output/journal.js'

/** Holds every vector of an output against the ones before it, those of earlier runs included. */
export class SameVectors {
  #dimension: number | undefined

  constructor({ dimension }: VectorFacts = {}) {
    this.#dimension = dimension
  }

  get facts(): VectorFacts {
    return this.#dimension === undefined ? {} : { dimension: this.#dimension }
  }

  /** @throws PineconeResponseError for a vector of another length: side by side the two compare with nothing */
  check({ id, values }: EmbeddedRecord): void {
    if (!values) return
    this.#dimension ??= values.length
    if (values.length === this.#dimension) return
    throw new PineconeResponseError(
      `the service answered ${JSON.stringify(id)} with ${values.length} numbers, where the vectors before it have ` +
        `${this.#dimension}; give --dimension, or find out what changed there`,
    )
  }
}
