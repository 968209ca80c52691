import type { Term } from './term.js'

/** How often each term occurs, in order of first occurrence. */
export function countTerms(words: readonly (readonly Term[])[]): Map<Term, number> {
  const counts = new Map<Term, number>()
  for (const terms of words) {
    for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1)
  }
  return counts
}
