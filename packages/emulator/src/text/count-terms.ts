import type { Term } from './term.js'

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
