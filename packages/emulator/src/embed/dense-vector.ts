import { hash32, mix32 } from '../text/hash.js'
import { analyze } from '../text/terms.js'
import { type InputType, lexicalFeatures } from './lexical-features.js'
import { rotate } from './rotate.js'

/** Weight that every passage has besides its words, so that a short one has no advantage. */
const ballast = 2.8
/** Share of the coordinates that hold the ballast. */
const ballastShare = 1 / 16

/**
 * A lexical stand-in for a dense embedding: words, pairs and character n-grams, weighted by rarity, hashed with a sign
 * to coordinates (feature hashing), and turned by a fixed rotation. Unit length; equal arguments give equal vectors.
 */
export function denseVector(text: string, dimension: number, inputType: InputType): Float64Array {
  const vector = new Float64Array(dimension)
  const ballastSize = Math.floor(dimension * ballastShare)
  const buckets = dimension - ballastSize
  lexicalFeatures(analyze(text), inputType, (hash, weight) => {
    const index = hash % buckets
    vector[index] = (vector[index] as number) + (mix32(hash) & 1 ? weight : -weight)
  })
  if (inputType === 'passage') addBallast(vector, buckets, hash32(text))
  normalise(vector)
  rotate(vector)
  return vector
}

/** The ballast's direction depends on the text, so that it does not make two short texts look alike. */
function addBallast(vector: Float64Array, from: number, seed: number): void {
  const weight = ballast / Math.sqrt(vector.length - from)
  for (let i = from; i < vector.length; i++) vector[i] = mix32(seed + i) & 1 ? weight : -weight
}

function normalise(vector: Float64Array): void {
  let sum = 0
  for (const value of vector) sum += value * value
  if (sum === 0) {
    vector[0] = 1
    return
  }
  const scale = 1 / Math.sqrt(sum)
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) * scale
}
