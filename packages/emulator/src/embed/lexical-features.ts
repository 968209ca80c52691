import { mix32 } from '../text/hash.js'
import { countTerms, type Term } from '../text/terms.js'
import { rarest } from '../text/word-rarity.js'

export type InputType = 'query' | 'passage'

/** Weight of a word's spelling (all its n-grams) relative to the word itself. */
const spelling = 0.45
/** Weight of a pair of neighbouring words relative to the two words. */
const neighbours = 0.35
/** How soon repetitions of a word stop counting. */
const saturation = 1.5
/** How much rarity counts in a query and in a passage. */
const queryPower = 1.2
const passagePower = 0.7

/**
 * The features by which two texts are compared: their words, the n-grams of the words, and pairs of neighbouring words,
 * as 32-bit hashes with weights. Calls `add` once per word, n-gram and pair; a hash may occur more than once.
 */
export function lexicalFeatures(
  words: readonly (readonly Term[])[],
  inputType: InputType,
  add: (hash: number, weight: number) => void,
): void {
  const power = inputType === 'query' ? queryPower : passagePower
  for (const { term, count } of countTerms(words)) {
    const weight = (term.rarity / rarest) ** power * repeated(count)
    add(term.hash, weight)
    const gramWeight = (spelling * weight) / Math.sqrt(term.grams.length)
    for (const gram of term.grams) add(gram, gramWeight)
  }
  const seen = new Set<number>()
  for (let i = 1; i < words.length; i++) {
    const left = words[i - 1]?.at(-1)
    const right = words[i]?.[0]
    if (!left || !right) continue
    const hash = mix32(left.hash ^ Math.imul(right.hash, 31))
    if (seen.has(hash)) continue
    seen.add(hash)
    add(hash, neighbours * ((left.rarity * right.rarity) / rarest ** 2) ** (power / 2))
  }
}

function repeated(count: number): number {
  return (count * (1 + saturation)) / (count + saturation)
}
