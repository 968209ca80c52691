import type { RerankRequest } from '../api/rerank.js'
import { asWritten } from '../errors/as-written.js'
import { PineconeConfigurationError, refusedInput } from '../errors/configuration-error.js'
import type { ModelFacts } from '../models/hosted-models.js'
import { documentFields } from '../wire/items.js'
import { isJson, NO_JSON } from './json.js'
import { checkRequest } from './model.js'
import type { NamesOf } from './options.js'

const RERANK_REQUEST: NamesOf<RerankRequest> = {
  model: true,
  query: true,
  documents: true,
  topN: true,
  returnDocuments: true,
  rankFields: true,
  parameters: true,
}

/** Refuses a rerank request that no model could answer. */
export function checkRerankRequest(request: RerankRequest): void {
  checkRequest(request, RERANK_REQUEST)
  if (typeof request.query !== 'string' || request.query.trim() === '') {
    throw new PineconeConfigurationError('query', 'must be a non-empty string')
  }
  checkTopN(request.topN)
  if (!Array.isArray(request.documents)) {
    throw new PineconeConfigurationError('documents', 'must be an array of strings or objects')
  }
  const rankFields = request.rankFields ?? ['text']
  checkRankFields(rankFields)
  for (let i = 0; i < request.documents.length; i++) checkDocument(request.documents[i], i)
  checkFieldsExist(rankFields, request.documents)
  for (let i = 0; i < request.documents.length; i++) checkRankedText(request.documents[i], i, rankFields)
}

export function checkTopN(topN: unknown): void {
  if (topN !== undefined && (!Number.isInteger(topN) || Number(topN) < 1)) {
    throw new PineconeConfigurationError(
      'topN',
      `is ${asWritten(topN)}; it must be a whole number of at least 1`,
    )
  }
}

export function checkRankFields(rankFields: unknown): void {
  if (!Array.isArray(rankFields) || rankFields.length === 0) {
    throw new PineconeConfigurationError('rankFields', 'must name at least one field')
  }
}

/** Refuses more rank fields than the model ranks by. */
export function checkRankFieldCount(
  rankFields: readonly string[] | undefined,
  model: string,
  facts: ModelFacts | undefined,
) {
  if (facts?.maxRankFields !== undefined && rankFields && rankFields.length > facts.maxRankFields) {
    throw new PineconeConfigurationError(
      'rankFields',
      `names ${rankFields.length} fields; ${model} ranks by ${facts.maxRankFields}`,
    )
  }
}

export function checkDocument(document: unknown, index: number): void {
  const isObject = typeof document === 'object' && document !== null && !Array.isArray(document)
  if (typeof document !== 'string' && !isObject) {
    throw refusedInput(`documents[${index}]`, 'must be a string or an object of fields', index)
  }
}

/** Where documents are sent with all their fields: refuses a field that cannot be. */
export function checkDocumentsAsJson(documents: RerankRequest['documents']): void {
  for (const [i, document] of documents.entries()) {
    for (const [field, value] of Object.entries(documentFields(document))) {
      // A class may leave it out in its toJSON.
      if (!isJson(value) && !isJson(document)) throw refusedInput(`documents[${i}].${field}`, NO_JSON, i)
    }
  }
}

function checkFieldsExist(rankFields: readonly string[], documents: RerankRequest['documents']): void {
  if (documents.length === 0) return
  const present = new Set(documents.flatMap((document) => Object.keys(documentFields(document))))
  for (const field of rankFields) {
    if (!present.has(field)) {
      throw new PineconeConfigurationError(
        'rankFields',
        `names ${JSON.stringify(field)}, which no document has`,
        [...present],
      )
    }
  }
}

function checkRankedText(document: string | object, index: number, rankFields: readonly string[]): void {
  const fields = documentFields(document)
  for (const field of rankFields) {
    const value = fields[field]
    if (value !== undefined && typeof value !== 'string') {
      throw refusedInput(`documents[${index}].${field}`, 'must be a string to be ranked by', index)
    }
  }
  if (rankFields.every((field) => !fields[field])) {
    const names = rankFields.map((field) => JSON.stringify(field)).join(', ')
    throw refusedInput(`documents[${index}]`, `has no text to rank by in ${names}`, index)
  }
}
