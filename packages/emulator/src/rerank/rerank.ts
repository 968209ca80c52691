import { ApiError } from '../http/api-error.js'
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
  if (queryTokens >= limit) {
    throw ApiError.invalid(
      `'query' has ${queryTokens} tokens; model '${model.model}' takes ${limit} for query and document together`,
    )
  }
  const truncate = (parameters.truncate ?? 'END') as Truncate
  const kept = texts.map((fields, index) => {
    let room = limit - queryTokens
    return fields.map((text) => {
      const span = truncateToTokens(text, Math.max(0, room), truncate)
      if (truncate === 'NONE' && span.tokens > room) {
        throw ApiError.invalid(
          `query and documents[${index}] have ${queryTokens + span.total} tokens together; ` +
            `model '${model.model}' takes ${limit}, and 'truncate' is NONE`,
        )
      }
      room -= span.tokens
      return span.kept
    })
  })
  const ranked = scoreDocuments(query, kept)
    .map((score, index) => ({ index, score: Math.round(score * 1e6) / 1e6 }))
    .sort((left, right) => right.score - left.score || left.index - right.index)
    .slice(0, topN)
  return { ranked, rerankUnits: Math.ceil(texts.length / documentsPerUnit) }
}
