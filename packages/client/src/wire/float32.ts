import type { DenseEmbedding, SparseEmbedding } from '../api/embed.js'
import { broken } from './answer.js'

/** The same vector in 32-bit arrays. */
export function asFloat32(
  endpoint: string,
  where: string,
  embedding: DenseEmbedding | SparseEmbedding,
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

function float32s(endpoint: string, where: string, numbers: readonly number[]): Float32Array {
  const array = Float32Array.from(numbers)
  // a loop: findIndex takes a tenth of the time that decoding does
  for (let i = 0; i < array.length; i++) {
    if (!Number.isFinite(array[i])) {
      throw broken(endpoint, `${where}[${i}] is ${numbers[i]}, too large for 32 bits`)
    }
  }
  return array
}
