/** One vector per text of `[texts, tokens, size]`: that of its first token, or the mean of all, without padding. */
export function pool(
  values: Float32Array,
  dims: readonly number[],
  lengths: readonly number[],
  pooling: 'mean' | 'cls',
): Float64Array[] {
  const [, tokens = 0, size = 0] = dims
  if (dims.length !== 3) {
    throw new Error(
      `its output has the shape [${dims.join(', ')}]; an encoder gives [texts, tokens, dimension]`,
    )
  }
  return lengths.map((length, text) => {
    const vector = new Float64Array(size)
    const counted = pooling === 'cls' ? 1 : length
    for (let token = 0; token < counted; token++) {
      const at = (text * tokens + token) * size
      for (let i = 0; i < size; i++) vector[i] = (vector[i] as number) + (values[at + i] as number)
    }
    return vector
  })
}

/** The first `dimension` coordinates, as a vector of length 1. */
export function unitVector(vector: Float64Array, dimension: number): Float64Array {
  const unit = vector.slice(0, dimension)
  const length = Math.hypot(...unit)
  if (!(length > 0 && Number.isFinite(length))) throw new Error('the model gave a vector without a direction')
  for (let i = 0; i < unit.length; i++) unit[i] = (unit[i] as number) / length
  return unit
}
