import { ApiError } from '../http/api-error.js'
import type { RerankRequest } from './read-rerank-request.js'
import type { Ranking } from './rerank.js'

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
    // JSON.parse takes any depth; JSON.stringify runs out of stack at some thousands.
    if (error instanceof RangeError) throw ApiError.invalid("'documents' are nested too deeply")
    throw error
  }
}
