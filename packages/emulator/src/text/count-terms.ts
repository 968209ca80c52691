import type { Term } from './term.js'

/** BM25's k3: how soon repeating a word in a query stops counting. */
const querySaturation = 8

/** What a word counts that a query has so many times; 1 for once. */
export function askedRepeatedly(count: number): number {
  return (count * (querySaturation + 1)) / (count + querySaturation)
}

/** How often each term occurs, in order of first occurrence. */
export function countTerms(words: readonly (readonly Term[])[]): { term: Term; count: number }[] {
  const counts = new Map<string, { term: Term; count: number }>()
  for (const terms of words) {
    for (const term of terms) {
      const known = counts.get(term.key)
      if (known) known.count++
      else counts.set(term.key, { term, count: 1 })
    }
  }
  return [...counts.values()]
}
