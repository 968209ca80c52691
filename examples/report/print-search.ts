import type { Hit, SearchResult } from './hit.js'

const SHOWN = 5

/** The best passages as the vector search found them, then as the reranker put them, each with its place before. */
export function printSearch(question: string, { found, reranked }: SearchResult): void {
  console.log(`\n${question}\n`)
  console.log('  found  score  passage')
  for (const [index, hit] of found.slice(0, SHOWN).entries()) {
    printRow([rank(index, 5), hit.score.toFixed(3), passage(hit)])
  }
  console.log('\n  reranked  score  found  score  passage')
  for (const [index, hit] of reranked.slice(0, SHOWN).entries()) {
    const before = found.findIndex(({ id }) => id === hit.id)
    const scoreBefore = found[before]?.score ?? Number.NaN
    printRow([rank(index, 8), hit.score.toFixed(3), rank(before, 5), scoreBefore.toFixed(3), passage(hit)])
  }
  console.log()
}

function printRow(columns: readonly string[]): void {
  console.log(`  ${columns.join('  ')}`)
}

function rank(index: number, width: number): string {
  return String(index + 1).padStart(width)
}

function passage({ source, heading, text }: Hit): string {
  const words = text
    .split('\n')
    .filter((line) => !line.startsWith('#') && line !== heading)
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim()
  return `${source}, ${heading}: ${words.length > 60 ? `${words.slice(0, 60)}…` : words}`
}
