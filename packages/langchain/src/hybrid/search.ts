import type { SparseVector } from '../sparse-embeddings.js'
import type { HybridIndexes, IndexMatch, IndexQuery, PineconeIndex } from './index-client.js'
import { PineconeIndexError } from './index-error.js'

/** The constant of reciprocal rank fusion (Cormack et al., SIGIR 2009), as in LangChain's EnsembleRetriever. */
const RANK_CONSTANT = 60

/** Candidates from each of two indexes: a document that is best overall need not be among the first of either. */
const CANDIDATES = 40

export interface HybridQuery {
  readonly dense: number[]
  readonly sparse: SparseVector
  /** Weight of the dense vector, 0 to 1. */
  readonly alpha: number
  readonly topK: number
  readonly filter: object | undefined
}

/**
 * Matches, best first: of one index by its own scores, of two by reciprocal rank.
 *
 * @throws PineconeIndexError
 */
export function search(indexes: HybridIndexes, query: HybridQuery): Promise<IndexMatch[]> {
  return 'both' in indexes ? searchOne(indexes.both, query) : searchTwo(indexes, query)
}

function searchOne(
  index: PineconeIndex,
  { dense, sparse, alpha, ...query }: HybridQuery,
): Promise<IndexMatch[]> {
  return matchesOf(index, {
    ...common(query),
    vector: scaled(dense, alpha),
    // An index accepts no sparse vector that is empty or holds only zeros.
    ...(alpha < 1 && sparse.indices.length > 0
      ? { sparseVector: { indices: sparse.indices, values: scaled(sparse.values, 1 - alpha) } }
      : {}),
  })
}

async function searchTwo(
  indexes: { readonly dense: PineconeIndex; readonly sparse: PineconeIndex },
  { dense, sparse, alpha, topK, filter }: HybridQuery,
): Promise<IndexMatch[]> {
  const query = common({ topK: Math.max(topK, CANDIDATES), filter })
  const [byMeaning, byWords] = await Promise.all([
    alpha > 0 ? matchesOf(indexes.dense, { ...query, vector: dense }) : [],
    alpha < 1 && sparse.indices.length > 0
      ? matchesOf(indexes.sparse, { ...query, sparseVector: sparse })
      : [],
  ])
  return fused([
    { matches: byMeaning, weight: alpha },
    { matches: byWords, weight: 1 - alpha },
  ]).slice(0, topK)
}

async function matchesOf(index: PineconeIndex, query: IndexQuery): Promise<IndexMatch[]> {
  try {
    const { matches = [] } = await index.query(query)
    return matches
  } catch (cause) {
    throw new PineconeIndexError('the index did not answer the query', cause)
  }
}

function common({ topK, filter }: Pick<HybridQuery, 'topK' | 'filter'>) {
  return { topK, includeMetadata: true as const, ...(filter && { filter }) }
}

/** Merges rankings: a record's score is the sum of weight / (60 + its rank in each). */
function fused(rankings: readonly { matches: readonly IndexMatch[]; weight: number }[]): IndexMatch[] {
  const byId = new Map<string, IndexMatch & { score: number }>()
  for (const { matches, weight } of rankings) {
    for (const [i, match] of matches.entries()) {
      const known = byId.get(match.id) ?? { ...match, score: 0 }
      byId.set(match.id, { ...known, score: known.score + weight / (RANK_CONSTANT + i + 1) })
    }
  }
  return [...byId.values()].sort((a, b) => b.score - a.score)
}

function scaled(values: readonly number[], weight: number): number[] {
  return values.map((value) => value * weight)
}
