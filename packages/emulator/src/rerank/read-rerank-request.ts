import { ApiError } from '../http/api-error.js'
import { field, isObject, type JsonObject } from '../http/read-json.js'
import { checkParameters, type Parameters } from '../models/check-parameters.js'
import { findModel } from '../models/find-model.js'
import { type ModelInfo, maxRankFields, retirementOf } from '../models/hosted-models.js'

export interface RerankRequest {
  /** The model that answers: another one than requested if that one is retired. */
  readonly model: ModelInfo
  readonly query: string
  readonly documents: readonly JsonObject[]
  /** Per document, the texts of its rank fields, in the order of `rank_fields`. */
  readonly texts: readonly (readonly string[])[]
  readonly topN: number
  readonly returnDocuments: boolean
  readonly parameters: Parameters
}

/**
 * Checks the body of `POST /rerank` against the contract and the model's limits. Wording:
 * src/integration/inference/rerank.test.ts of pinecone-io/pinecone-ts-client, and answers recorded in public code
 * (2026-11-28).
 */
export function readRerankRequest(body: JsonObject, models: readonly ModelInfo[]): RerankRequest {
  const name = field(body, 'model')
  if (typeof name !== 'string') throw ApiError.invalid("'model' must be a string")
  const model = findModel(models, name, 'rerank')

  const query = field(body, 'query')
  if (typeof query !== 'string' || query.trim() === '') {
    throw ApiError.invalid("'query' must be a string that is not blank")
  }
  const documents = readDocuments(model, field(body, 'documents'))
  const rankFields = readRankFields(model, field(body, 'rank_fields'))

  const topN = field(body, 'top_n') ?? documents.length
  if (field(body, 'top_n') === null || typeof topN !== 'number' || !Number.isInteger(topN) || topN < 1) {
    throw ApiError.invalid("'top_n' must be an integer of at least 1")
  }
  const returnDocuments = Object.hasOwn(body, 'return_documents') ? field(body, 'return_documents') : true
  if (typeof returnDocuments !== 'boolean') throw ApiError.invalid("'return_documents' must be true or false")

  const parameters = Object.hasOwn(body, 'parameters') ? field(body, 'parameters') : {}
  if (!isObject(parameters)) throw ApiError.invalid("'parameters' must be an object")

  const retirement = retirementOf(model)
  if (retirement?.refusal !== undefined) throw new ApiError(403, 'PERMISSION_DENIED', retirement.refusal)
  const servedBy = retirement?.servedBy === undefined ? model : findModel(models, retirement.servedBy)

  return {
    model: servedBy,
    query,
    documents,
    texts: documents.map((document, index) => rankedTexts(document, index, rankFields)),
    topN: Math.min(topN, documents.length),
    returnDocuments,
    parameters: { ...checkParameters(servedBy, {}), ...checkParameters(model, parameters) },
  }
}

function readDocuments(model: ModelInfo, documents: unknown): JsonObject[] {
  if (!Array.isArray(documents)) throw ApiError.invalid("'documents' must be an array of objects")
  if (documents.length === 0)
    throw ApiError.invalid("'documents' is empty; it must hold at least one document")
  if (documents.length > model.max_batch_size) {
    throw ApiError.invalid(
      `Document length '${documents.length}' exceeded documents limit of ${model.max_batch_size} for model '${model.model}'`,
    )
  }
  return documents.map((document: unknown, index) => {
    if (!isObject(document)) throw ApiError.invalid(`documents[${index}] must be an object`)
    return document
  })
}

function readRankFields(model: ModelInfo, rankFields: unknown): string[] {
  if (rankFields === undefined) return ['text']
  if (
    !Array.isArray(rankFields) ||
    rankFields.length === 0 ||
    rankFields.some((name) => typeof name !== 'string')
  ) {
    throw ApiError.invalid("'rank_fields' must be an array of at least one field name")
  }
  const max = maxRankFields(model)
  if (rankFields.length > max) {
    throw ApiError.invalid(`Only one rank field is supported for model '${model.model}'`)
  }
  return rankFields as string[]
}

function rankedTexts(document: JsonObject, index: number, rankFields: readonly string[]): string[] {
  return rankFields.map((name) => {
    const text = field(document, name)
    if (text === undefined) throw ApiError.invalid(`field '${name}' not found in document at index ${index}`)
    if (typeof text !== 'string') {
      throw ApiError.invalid(`field '${name}' is not a string in document at index ${index}`)
    }
    return text
  })
}
