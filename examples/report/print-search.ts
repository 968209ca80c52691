import type { Hit, SearchResult } from './hit.js'

const SHOWN = 5
const WIDTH = 100

/** The best passages as the reranker orders them, each with its rank before; then the first one's text. */
export function printSearch(question: string, { found, reranked }: SearchResult): void {
  console.log(`\n${question}\n\n  reranked  found  score  passage`)
  for (const [index, hit] of reranked.slice(0, SHOWN).entries()) {
    const before = found.findIndex(({ id }) => id === hit.id)
    console.log(`  ${rank(index, 8)}  ${rank(before, 5)}  ${hit.score.toFixed(3)}  ${placeOf(hit)}`)
  }
  const [best] = reranked
  if (!best) return
  const lines = linesOf(best)
  console.log(`\n${lines.map((line) => `  │ ${line}`).join('\n')}`)
}

function rank(index: number, width: number): string {
  return String(index + 1).padStart(width)
}

function placeOf({ source, heading }: Hit): string {
  return `${source}, ${heading}`
}

/** The first lines of a passage, without its headings. */
function linesOf({ text, heading }: Hit): string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#') && line !== heading)
    .slice(0, 4)
    .map((line) => (line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line))
}
