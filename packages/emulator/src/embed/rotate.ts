/**
 * Turns the vector in place by a fixed orthogonal matrix, so that a few hashed coordinates spread over all of them, as
 * in a learned embedding. Lengths and angles do not change. The length must be 2^n or 3 * 2^n.
 */
export function rotate(vector: Float64Array): void {
  const blocks = vector.length % 3 === 0 ? 3 : 1
  const size = vector.length / blocks
  if (!Number.isInteger(Math.log2(size))) {
    throw new RangeError(`cannot rotate ${vector.length} coordinates: 2^n or 3 * 2^n are possible`)
  }
  if (blocks === 3) mixThirds(vector, size)
  for (let block = 0; block < blocks; block++) hadamard(vector, block * size, size)
}

/** Walsh-Hadamard transform of one block, scaled to preserve lengths. */
function hadamard(vector: Float64Array, from: number, size: number): void {
  for (let half = 1; half < size; half *= 2) {
    for (let start = from; start < from + size; start += half * 2) {
      for (let i = start; i < start + half; i++) {
        const left = vector[i] as number
        const right = vector[i + half] as number
        vector[i] = left + right
        vector[i + half] = left - right
      }
    }
  }
  const scale = 1 / Math.sqrt(size)
  for (let i = from; i < from + size; i++) vector[i] = (vector[i] as number) * scale
}

/** Reflects each triple (i, i + size, i + 2 * size) in the plane across (1, 1, 1). */
function mixThirds(vector: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    const first = vector[i] as number
    const second = vector[i + size] as number
    const third = vector[i + 2 * size] as number
    const shift = (2 / 3) * (first + second + third)
    vector[i] = first - shift
    vector[i + size] = second - shift
    vector[i + 2 * size] = third - shift
  }
}
