import type { RankedDocument, RerankRequest, RerankResult } from '../api/rerank.js'
import type { components } from '../generated/openapi.js'
import { asArray, asCount, asFiniteNumber, asObject, asString, broken } from './answer.js'
import { type AnswerReader, wholeAnswer } from './answer-reader.js'
import { documentFields } from './document-fields.js'
import { wireParameters } from './parameters.js'

type WireRerankRequest = Omit<components['schemas']['RerankRequest'], 'return_documents' | 'rank_fields'> & {
  return_documents?: boolean
  rank_fields?: string[]
}

const ENDPOINT = 'POST /rerank'

/** The body of `POST /rerank`. */
export function encodeRerankRequest(request: RerankRequest): string {
  const body: WireRerankRequest = {
    model: request.model,
    query: request.query,
    documents: request.documents.map(documentFields),
  }
  if (request.topN !== undefined) body.top_n = request.topN
  if (request.returnDocuments !== undefined) body.return_documents = request.returnDocuments
  if (request.rankFields !== undefined) body.rank_fields = [...request.rankFields]
  const parameters = request.parameters && wireParameters(request.parameters)
  if (parameters && Object.keys(parameters).length > 0) body.parameters = parameters
  return JSON.stringify(body)
}

/** The answer of `POST /rerank`, checked: as many results as asked for, each of another document, all finite. */
export function rerankAnswer(request: RerankRequest): AnswerReader<RerankResult> {
  return wholeAnswer(ENDPOINT, (answer) => decodeRanking(answer, request))
}

function decodeRanking(answer: Record<string, unknown>, request: RerankRequest): RerankResult {
  const data = asArray(ENDPOINT, 'data', answer.data).map(decodeRanked)
  const expected = Math.min(request.topN ?? Number.POSITIVE_INFINITY, request.documents.length)
  if (data.length !== expected) throw broken(ENDPOINT, `${data.length} results where ${expected} are due`)
  const seen = new Set<number>()
  for (const { index } of data) {
    if (!Number.isInteger(index) || index < 0 || index >= request.documents.length) {
      throw broken(ENDPOINT, `index ${index} for ${request.documents.length} documents`)
    }
    if (seen.has(index)) throw broken(ENDPOINT, `document ${index} is ranked twice`)
    seen.add(index)
  }
  const usage = asObject(ENDPOINT, 'usage', answer.usage)
  return {
    model: asString(ENDPOINT, 'model', answer.model),
    data,
    usage: { rerankUnits: asCount(ENDPOINT, 'usage.rerank_units', usage.rerank_units) ?? 0 },
  }
}

function decodeRanked(value: unknown, i: number): RankedDocument {
  const where = `data[${i}]`
  const item = asObject(ENDPOINT, where, value)
  const ranked: RankedDocument = {
    index: asFiniteNumber(ENDPOINT, `${where}.index`, item.index),
    score: asFiniteNumber(ENDPOINT, `${where}.score`, item.score),
  }
  const document = item.document
  if (document !== undefined && document !== null) {
    ranked.document = asObject(ENDPOINT, `${where}.document`, document)
  }
  return ranked
}
