import { analyze, askedRepeatedly, countTerms } from '../text/terms.js'
import type { InputType } from './lexical-features.js'

/** BM25's k1: how soon repeating a word stops counting. */
const saturation = 1.2
/** BM25's b: how much a long passage is held against its words. */
const lengthInfluence = 0.75
/** A usual passage, in words. */
const usualLength = 120

export interface SparseVector {
  /** Distinct unsigned 32-bit hashes of terms, ascending. */
  readonly indices: readonly number[]
  /** Above 0; one for each index. */
  readonly values: readonly number[]
  /** The terms, one for each index. */
  readonly tokens: readonly string[]
}

/**
 * A lexical stand-in for a learned sparse embedding. A query's term weighs its rarity in English, a passage's term
 * its BM25 frequency against the passage's length, so that their dot product is a BM25 score.
 */
export function sparseVector(text: string, inputType: InputType): SparseVector {
  const words = analyze(text)
  const lengthFactor = saturation * (1 - lengthInfluence + (lengthInfluence * words.length) / usualLength)
  const byIndex = new Map<number, { value: number; token: string }>()
  for (const { term, count } of countTerms(words)) {
    const value =
      inputType === 'query'
        ? term.rarity * askedRepeatedly(count)
        : (count * (1 + saturation)) / (count + lengthFactor)
    const shared = byIndex.get(term.hash)
    byIndex.set(term.hash, {
      value: value + (shared?.value ?? 0),
      token: shared ? `${shared.token} ${term.key}` : term.key,
    })
  }
  const entries = [...byIndex].sort(([left], [right]) => left - right)
  return {
    indices: entries.map(([index]) => index),
    values: entries.map(([, { value }]) => Math.max(value, 0.01)),
    tokens: entries.map(([, { token }]) => token),
  }
}
