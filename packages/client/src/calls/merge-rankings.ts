import type { RankedDocument } from '../api/rerank.js'

/**
 * One ranking of several: best score first, ties in input order, the best `topN` of them. A score belongs to
 * one pair of query and document, so scores compare across requests.
 */
export function mergeRankings(
  rankings: readonly (readonly RankedDocument[])[],
  topN?: number,
): RankedDocument[] {
  return rankings
    .flat()
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, topN)
}
