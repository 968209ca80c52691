import { pairTooLong, queryTooLong } from '../models/too-long.js'
import { countTokens, type Truncate, truncateToTokens } from '../text/truncate.js'
import type { RerankRequest } from './read-rerank-request.js'
import { scoreDocuments } from './score-documents.js'

export interface Ranked {
  readonly index: number
  /** 0..1, six digits behind the point. */
  readonly score: number
}

export interface Ranking {
  /** Best first; documents of equal score in the order they came. */
  readonly ranked: readonly Ranked[]
  readonly rerankUnits: number
}

/** Documents that one rerank unit pays for. */
const documentsPerUnit = 100

/** Ranks the documents of a checked request; 400 where `truncate: "NONE"` meets a pair above the model's limit. */
export function rerank({ model, query, texts, topN, parameters }: RerankRequest): Ranking {
  const limit = model.max_sequence_length
  const queryTokens = countTokens(query)
  if (queryTokens >= limit) throw queryTooLong(model, queryTokens)
  const truncate = (parameters.truncate ?? 'END') as Truncate
  const kept = texts.map((fields, index) => {
    let room = limit - queryTokens
    return fields.map((text) => {
      const span = truncateToTokens(text, Math.max(0, room), truncate)
      if (truncate === 'NONE' && span.tokens > room) {
        throw pairTooLong(model, index, queryTokens + span.total)
      }
      room -= span.tokens
      return span.kept
    })
  })
  return rankByScore(scoreDocuments(query, kept), topN)
}

/** The `topN` best of documents with these scores, in the documents' order. */
export function rankByScore(scores: readonly number[], topN: number): Ranking {
  const ranked = scores
    .map((score, index) => ({ index, score: Math.round(score * 1e6) / 1e6 }))
    .sort((left, right) => right.score - left.score || left.index - right.index)
    .slice(0, topN)
  return { ranked, rerankUnits: Math.ceil(scores.length / documentsPerUnit) }
}
