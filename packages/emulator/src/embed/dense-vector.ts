import { analyze } from '../text/analyze.js'
import { countTerms } from '../text/count-terms.js'
import { hash32, mix32 } from '../text/hash.js'
import { rarest } from '../text/word-rarity.js'
import { rotate } from './rotate.js'

export type InputType = 'query' | 'passage'

/** Weight of a word's spelling (its n-grams together) beside the word itself. */
const spelling = 0.35
/** Weight of a pair of neighbouring words beside the two words. */
const neighbours = 0.35
/** How soon repeating a word stops counting. */
const saturation = 1.2
/** Weight that every passage has besides its words, so that a short one does not win by being short. */
const ballast = 0.35
/** Share of the coordinates that hold the ballast. */
const ballastShare = 1 / 16

/**
 * A lexical stand-in for a dense embedding: words, pairs and character n-grams, weighted by rarity, hashed with a
 * sign to coordinates (feature hashing), turned by a fixed rotation. Unit length; equal for equal arguments.
 */
export function denseVector(text: string, dimension: number, inputType: InputType): Float64Array {
  const vector = new Float64Array(dimension)
  const ballastSize = Math.floor(dimension * ballastShare)
  const buckets = dimension - ballastSize
  const words = analyze(text)

  const add = (hash: number, weight: number) => {
    const index = hash % buckets
    vector[index] = (vector[index] as number) + (mix32(hash) & 1 ? weight : -weight)
  }

  for (const [term, count] of countTerms(words)) {
    const weight = rarityWeight(term.rarity) * repeated(count)
    add(term.hash, weight)
    const gramWeight = (spelling * weight) / Math.sqrt(term.grams.length)
    for (const gram of term.grams) add(gram, gramWeight)
  }
  addPairs(words, add)

  if (inputType === 'passage') {
    const length = ballast * rarityWeight(rarest) * 8
    addBallast(vector, buckets, ballastSize, hash32(text), length / Math.sqrt(ballastSize))
  }
  normalise(vector)
  rotate(vector)
  return vector
}

function rarityWeight(rarity: number): number {
  return rarity / rarest
}

function repeated(count: number): number {
  return (count * (1 + saturation)) / (count + saturation)
}

function addPairs(words: ReturnType<typeof analyze>, add: (hash: number, weight: number) => void): void {
  const seen = new Set<number>()
  for (let i = 1; i < words.length; i++) {
    const left = words[i - 1]?.at(-1)
    const right = words[i]?.[0]
    if (!left || !right) continue
    const hash = mix32(left.hash ^ Math.imul(right.hash, 31))
    if (seen.has(hash)) continue
    seen.add(hash)
    add(hash, neighbours * Math.sqrt(rarityWeight(left.rarity) * rarityWeight(right.rarity)))
  }
}

/** The ballast points in a direction of the text's own, so that two short texts do not look alike because of it. */
function addBallast(vector: Float64Array, from: number, size: number, seed: number, weight: number): void {
  for (let i = 0; i < size; i++) vector[from + i] = mix32(seed + i) & 1 ? weight : -weight
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
