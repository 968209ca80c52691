import { ApiError } from '../http/api-error.js'
import { type ModelInfo, tokensPerChunk } from '../models/hosted-models.js'
import { pairTooLong } from '../models/too-long.js'
import { countTokens, type Truncate, truncateToTokens } from '../text/truncate.js'
import type { RerankRequest } from './read-rerank-request.js'
import { scoreDocuments } from './score-documents.js'

export interface Ranked {
  readonly index: number
  /** 0..1, with six digits after the point. */
  readonly score: number
}

export interface Ranking {
  /** Best first; documents with equal scores in the order of the request. */
  readonly ranked: readonly Ranked[]
  readonly rerankUnits: number
}

/** Documents, or chunks of long ones, per rerank unit. */
const documentsPerUnit = 100

/** Ranks the documents of a checked request; 400 if `truncate: "NONE"` meets a pair above the model's limit. */
export function rerank(request: RerankRequest): Ranking {
  const kept = keptTexts(request)
  return rankByScore(scoreDocuments(request.query, kept), request.topN, countUnits(request.model, kept))
}

/** The rank fields' texts, in their order, cut to the model's limit. */
export function keptTexts({ model, query, texts, parameters }: RerankRequest): string[][] {
  const perDocument = parameters.max_tokens_per_doc
  const queryTokens = perDocument === undefined ? countTokens(query) : 0
  const limit = perDocument === undefined ? model.max_sequence_length : Number(perDocument)
  if (queryTokens >= limit) throw pairTooLong(model, queryTokens)
  const truncate = (parameters.truncate ?? 'END') as Truncate
  return texts.map((fields) => {
    let room = limit - queryTokens
    return fields.map((text) => {
      const span = truncateToTokens(text, Math.max(0, room), truncate)
      if (truncate === 'NONE' && span.tokens > room) {
        throw pairTooLong(model, queryTokens + span.total)
      }
      room -= span.tokens
      return span.kept
    })
  })
}

/** Rerank units, as https://docs.pinecone.io/models/cohere-rerank-4-fast counts them (2026-11-28). */
export function countUnits(model: ModelInfo, texts: readonly (readonly string[])[]): number {
  const perChunk = tokensPerChunk(model)
  if (perChunk === undefined) return Math.ceil(texts.length / documentsPerUnit)
  const chunks = texts.map((fields) => {
    const tokens = fields.reduce((sum, text) => sum + countTokens(text), 0)
    return Math.max(1, Math.ceil(tokens / perChunk))
  })
  return Math.ceil(chunks.reduce((sum, count) => sum + count, 0) / documentsPerUnit)
}

/** The `topN` best documents; `scores` are in the documents' order. */
export function rankByScore(
  scores: readonly number[],
  topN: number,
  rerankUnits = Math.ceil(scores.length / documentsPerUnit),
): Ranking {
  const ranked = scores
    .map((score, index) => ({ index, score: Math.round(score * 1e6) / 1e6 }))
    .sort((left, right) => right.score - left.score || left.index - right.index)
    .slice(0, topN)
  return { ranked, rerankUnits }
}

/** The contract's `RerankResult` as JSON. */
export function writeRanking(
  { model, documents, returnDocuments }: RerankRequest,
  { ranked, rerankUnits }: Ranking,
): Buffer {
  const data = ranked.map(({ index, score }) => ({
    index,
    score,
    ...(returnDocuments ? { document: documents[index] } : {}),
  }))
  try {
    return Buffer.from(JSON.stringify({ model: model.model, data, usage: { rerank_units: rerankUnits } }))
  } catch (error) {
    // JSON.parse accepts any depth; JSON.stringify overflows the stack at some thousands.
    if (error instanceof RangeError) throw ApiError.invalid("'documents' are nested too deeply")
    throw error
  }
}
