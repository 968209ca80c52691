import type { RankedDocument } from '@pinecone-inference/client'
import { printable } from './line.js'
import { table } from './table.js'

/** A document per line, best first: its score, its id or position, and the text it was ranked by. */
export function rankingTable(ranking: readonly RankedDocument[], rankFields: readonly string[]): string {
  const rows = ranking.map(({ index, score, document = {} }) => [
    score.toFixed(4),
    typeof document.id === 'string' ? printable(document.id) : `#${index}`,
    printable(rankFields.map((name) => document[name] ?? '').join(' ')).slice(0, LONGEST_TEXT),
  ])
  return table(['SCORE', 'DOCUMENT', 'TEXT'], rows)
}

/** Characters; no terminal shows more on a line. */
const LONGEST_TEXT = 1_000
