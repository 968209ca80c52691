import type { SearchResult } from './hit.js'

const SHOWN = 5

/** The best passages after reranking, each with its rank and score before. */
export function printSearch(question: string, { found, reranked }: SearchResult): void {
  console.log(`\n${question}`)
  console.log('  reranked  score  found  score  passage')
  for (const [index, hit] of reranked.slice(0, SHOWN).entries()) {
    const before = found.findIndex(({ id }) => id === hit.id)
    const columns = [
      String(index + 1).padStart(8),
      hit.score.toFixed(3),
      String(before + 1).padStart(5),
      (found[before]?.score ?? Number.NaN).toFixed(3),
      `${hit.source}: ${firstWords(hit.text)}`,
    ]
    console.log(`  ${columns.join('  ')}`)
  }
}

function firstWords(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 60)}…` : line
}
