import type { RerankRequest } from './read-rerank-request.js'
import { countUnits, keptTexts, type Ranking, rankByScore } from './rerank.js'
import { scoreDocuments } from './score-documents.js'

/**
 * Ranks by the mean of the lexical score and the cosine of a dense model's vectors. Each finds what the other misses,
 * and a cosine alone ranks worse than words do. `cosinesOf` receives the query and each document's rank fields, joined
 * by line breaks.
 */
export async function rerankBlended(
  request: RerankRequest,
  cosinesOf: (query: string, documents: readonly string[]) => Promise<readonly number[]>,
): Promise<Ranking> {
  const kept = keptTexts(request)
  const cosines = await cosinesOf(
    request.query,
    kept.map((fields) => fields.join('\n')),
  )
  const scores = scoreDocuments(request.query, kept).map(
    (lexical, index) => (lexical + Math.min(1, Math.max(0, cosines[index] ?? 0))) / 2,
  )
  return rankByScore(scores, request.topN, countUnits(request.model, kept))
}

/** Cosine of two vectors of length 1. */
export function cosine(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let dot = 0
  for (let i = 0; i < left.length; i++) dot += (left[i] ?? 0) * (right[i] ?? 0)
  return dot
}
