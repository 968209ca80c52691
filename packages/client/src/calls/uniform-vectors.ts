import type { EmbedResult, Encoding, VectorType } from '../api/embed.js'
import { PineconeResponseError } from '../errors/response-error.js'

/** Holds the batches of one call to one type and one dimension, which their own checks cannot see. */
export class UniformVectors {
  model: string | undefined
  vectorType: VectorType = 'dense'
  #dimension: number | undefined

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
