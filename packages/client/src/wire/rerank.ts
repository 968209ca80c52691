import type { RankedDocument, RerankRequest, RerankResult } from '../api/rerank.js'
import { counted } from '../errors/as-written.js'
import type { components } from '../generated/openapi.js'
import {
  type AnswerReader,
  asArray,
  asCount,
  asFiniteNumber,
  asModelName,
  asObject,
  broken,
  wholeAnswer,
} from './answer.js'
import { type WireItem, wellFormedJson, wireParameters, withList } from './request.js'

type WireRerankRequest = Omit<components['schemas']['RerankRequest'], 'return_documents' | 'rank_fields'> & {
  return_documents?: boolean
  rank_fields?: string[]
}

const ENDPOINT = 'POST /rerank'

/** The body of `POST /rerank`. */
export function encodeRerankRequest(
  request: Omit<RerankRequest, 'documents'>,
  documents: readonly WireItem[],
): string {
  const body: Omit<WireRerankRequest, 'documents'> = { model: request.model, query: request.query }
  if (request.topN !== undefined) body.top_n = request.topN
  if (request.returnDocuments !== undefined) body.return_documents = request.returnDocuments
  if (request.rankFields !== undefined) body.rank_fields = [...request.rankFields]
  const parameters = request.parameters && wireParameters(request.parameters)
  if (parameters && Object.keys(parameters).length > 0) body.parameters = parameters
  return withList(wellFormedJson(body), 'documents', documents)
}

/** What the answer to one request has to match. */
export interface DueRanking {
  /** How many documents were sent. */
  readonly documents: number
  readonly topN: number | undefined
}

/** The answer of `POST /rerank`, checked: as many results as requested, each for a different document, all finite. */
export function rerankAnswer(due: DueRanking): AnswerReader<RerankResult> {
  return wholeAnswer(ENDPOINT, (answer) => decodeRanking(answer, due))
}

function decodeRanking(answer: Record<string, unknown>, { documents, topN }: DueRanking): RerankResult {
  const data = asArray(ENDPOINT, 'data', answer.data).map(decodeRanked)
  const due = Math.min(topN ?? Number.POSITIVE_INFINITY, documents)
  if (data.length !== due) throw broken(ENDPOINT, `${counted(data.length, 'result')} instead of ${due}`)
  const seen = new Set<number>()
  for (const { index } of data) {
    if (!Number.isInteger(index) || index < 0 || index >= documents) {
      throw broken(ENDPOINT, `index ${index} for ${counted(documents, 'document')}`)
    }
    if (seen.has(index)) throw broken(ENDPOINT, `document ${index} is ranked twice`)
    seen.add(index)
  }
  const usage = asObject(ENDPOINT, 'usage', answer.usage)
  const rerankUnits = asCount(ENDPOINT, 'usage.rerank_units', usage.rerank_units) ?? 0
  const model = asModelName(ENDPOINT, answer.model)
  return { model, data, usage: { rerankUnits } }
}

function decodeRanked(value: unknown, i: number): RankedDocument {
  const where = `data[${i}]`
  const item = asObject(ENDPOINT, where, value)
  return {
    index: asFiniteNumber(ENDPOINT, `${where}.index`, item.index),
    score: asFiniteNumber(ENDPOINT, `${where}.score`, item.score),
  }
}
