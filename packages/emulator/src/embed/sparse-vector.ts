import { analyze, askedRepeatedly, countTerms } from '../text/terms.js'
import type { InputType } from './lexical-features.js'

/** BM25's k1: how soon repetitions of a word stop counting. */
const saturation = 1.2
/** BM25's b: how much the length of a passage counts against its words. */
const lengthInfluence = 0.75
/** Length of a typical passage, in words. */
const usualLength = 120

export interface SparseVector {
  /** Distinct unsigned 32-bit hashes of terms, ascending. */
  readonly indices: readonly number[]
  /** Above 0; one per index. */
  readonly values: readonly number[]
  /** The terms; one per index. */
  readonly tokens: readonly string[]
}

/**
 * A lexical stand-in for a learned sparse embedding. A query's term is weighted by its rarity in English, a passage's
 * term by its BM25 frequency relative to the passage's length, so that their dot product is a BM25 score.
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
