import type { EmbedResult, Encoding, VectorType } from '../api/embed.js'
import { PineconeResponseError } from '../errors/response-error.js'
import { hostedModel } from '../models/hosted-models.js'

/** Holds the batches of one call to one type and one dimension, which their own checks cannot see. */
export class UniformVectors {
  /** As the service names it, once it has answered. */
  model: string
  vectorType: VectorType
  #dimension: number | undefined

  constructor(model: string) {
    this.model = model
    this.vectorType = expectedVectorType(model)
  }

  check(result: EmbedResult<Encoding>): void {
    const [first] = result.data
    const dimension = first?.vectorType === 'dense' ? first.values.length : 0
    if (this.#dimension === undefined) {
      this.#dimension = dimension
      this.model = result.model
      this.vectorType = result.vectorType
    } else if (this.#dimension !== dimension || this.vectorType !== result.vectorType) {
      throw new PineconeResponseError(
        `POST /embed broke the contract: one batch holds ${this.#describe(this.vectorType, this.#dimension)}, another ${this.#describe(result.vectorType, dimension)}`,
      )
    }
  }

  #describe(vectorType: VectorType, dimension: number): string {
    return vectorType === 'dense' ? `dense vectors of ${dimension} dimensions` : 'sparse vectors'
  }
}

/** What a model makes, before it has made any. */
export function expectedVectorType(model: string): VectorType {
  return hostedModel(model)?.vectorType ?? 'dense'
}
