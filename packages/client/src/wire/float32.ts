import type { DenseEmbedding, SparseEmbedding } from '../api/embed.js'
import { broken } from './answer.js'
import type { Numbers } from './numbers/number-arrays.js'

export interface DecodedDense {
  vectorType: 'dense'
  values: Numbers
}

export interface DecodedSparse {
  vectorType: 'sparse'
  sparseValues: Numbers
  sparseIndices: Numbers
  sparseTokens?: string[]
}

/** An embedding in whichever arrays its numbers were read into. */
export type Decoded = DecodedDense | DecodedSparse

/** The same vector in 32-bit arrays. */
export function asFloat32(
  endpoint: string,
  where: string,
  embedding: Decoded,
): DenseEmbedding<'float32'> | SparseEmbedding<'float32'> {
  if (embedding.vectorType === 'dense') {
    return { ...embedding, values: float32s(endpoint, `${where}.values`, embedding.values) }
  }
  return {
    ...embedding,
    sparseValues: float32s(endpoint, `${where}.sparse_values`, embedding.sparseValues),
    sparseIndices: Uint32Array.from(embedding.sparseIndices),
  }
}

function float32s(endpoint: string, where: string, numbers: Numbers): Float32Array {
  if (numbers instanceof Float32Array) return numbers
  const array = Float32Array.from(numbers)
  const tooLarge = array.findIndex((number) => !Number.isFinite(number))
  if (tooLarge >= 0) {
    throw broken(endpoint, `${where}[${tooLarge}] is ${numbers[tooLarge]}, too large for 32 bits`)
  }
  return array
}
