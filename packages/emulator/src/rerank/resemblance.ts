import { type InputType, lexicalFeatures } from '../embed/lexical-features.js'
import type { Term } from '../text/terms.js'

/** Weight that every document has besides its words, so that a short one has no advantage. */
const ballast = 2.8

export type Features = ReadonlyMap<number, number>

export function featuresOf(words: readonly (readonly Term[])[], inputType: InputType): Features {
  const features = new Map<number, number>()
  lexicalFeatures(words, inputType, (hash, weight) => features.set(hash, (features.get(hash) ?? 0) + weight))
  return features
}

/** Cosine of a query's and a document's features in 0..1: words, spelling and word pairs together. */
export function resemblance(query: Features, document: Features): number {
  let dot = 0
  for (const [hash, weight] of query) dot += weight * (document.get(hash) ?? 0)
  return dot === 0 ? 0 : dot / Math.sqrt(energy(query) * (energy(document) + ballast ** 2))
}

function energy(features: Features): number {
  let sum = 0
  for (const weight of features.values()) sum += weight * weight
  return sum
}
