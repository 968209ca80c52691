import type { RerankDocument, RerankRequest } from '../api/rerank.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import type { ModelFacts } from '../models/hosted-models.js'
import { checkModelName } from './model.js'

/** Refuses a rerank request that no model could answer. */
export function checkRerankRequest(request: RerankRequest): void {
  checkModelName(request.model)
  if (typeof request.query !== 'string' || request.query.trim() === '') {
    throw new PineconeConfigurationError('query', 'must be a non-empty string')
  }
  checkTopN(request.topN)
  if (!Array.isArray(request.documents)) {
    throw new PineconeConfigurationError('documents', 'must be an array of strings or objects')
  }
  const rankFields = request.rankFields ?? ['text']
  if (!Array.isArray(rankFields) || rankFields.length === 0) {
    throw new PineconeConfigurationError('rankFields', 'must name at least one field')
  }
  for (let i = 0; i < request.documents.length; i++) checkDocument(request.documents[i], i, rankFields)
  checkFieldsExist(rankFields, request.documents)
}

export function checkTopN(topN: unknown): void {
  if (topN !== undefined && (!Number.isInteger(topN) || Number(topN) < 1)) {
    throw new PineconeConfigurationError(
      'topN',
      `is ${String(topN)}; it must be a whole number of at least 1`,
    )
  }
}

/** Refuses more rank fields than the model ranks by. */
export function checkRankFieldCount(
  rankFields: readonly string[] | undefined,
  model: string,
  facts: ModelFacts,
) {
  if (facts.maxRankFields !== undefined && rankFields && rankFields.length > facts.maxRankFields) {
    throw new PineconeConfigurationError(
      'rankFields',
      `names ${rankFields.length} fields; ${model} ranks by ${facts.maxRankFields}`,
    )
  }
}

function checkDocument(document: unknown, index: number, rankFields: readonly string[]): void {
  const where = `documents[${index}]`
  if (typeof document === 'string') {
    if (document === '') throw refused(where, 'is an empty string', index)
    return
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw refused(where, 'must be a string or an object of fields', index)
  }
  const fields = document as RerankDocument
  for (const field of rankFields) {
    const value = fields[field]
    if (value === undefined) continue
    if (typeof value !== 'string')
      throw refused(`${where}.${field}`, 'must be a string to be ranked by', index)
  }
  if (rankFields.every((field) => !fields[field])) {
    throw refused(
      where,
      `has no text to rank by in ${rankFields.map((f) => JSON.stringify(f)).join(', ')}`,
      index,
    )
  }
}

function checkFieldsExist(rankFields: readonly string[], documents: RerankRequest['documents']): void {
  if (documents.length === 0) return
  for (const field of rankFields) {
    const exists = documents.some((document) =>
      typeof document === 'string' ? field === 'text' : document[field] !== undefined,
    )
    if (!exists)
      throw new PineconeConfigurationError(
        'rankFields',
        `names ${JSON.stringify(field)}, which no document has`,
      )
  }
}

function refused(argument: string, problem: string, index: number): PineconeConfigurationError {
  const error = new PineconeConfigurationError(argument, problem)
  error.inputRange = [index, index + 1]
  return error
}
