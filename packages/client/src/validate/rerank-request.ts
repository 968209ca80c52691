import type { RerankDocument, RerankRequest } from '../api/rerank.js'
import { asWritten } from '../errors/as-written.js'
import { PineconeConfigurationError, refusedInput } from '../errors/configuration-error.js'
import type { ModelFacts } from '../models/hosted-models.js'
import { documentFields } from '../wire/items.js'
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
  checkReturnDocuments(request.returnDocuments)
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

function checkReturnDocuments(returnDocuments: unknown): void {
  if (returnDocuments === undefined || typeof returnDocuments === 'boolean') return
  throw new PineconeConfigurationError(
    'returnDocuments',
    `is ${asWritten(returnDocuments)}; it must be a boolean`,
  )
}

export function checkRankFields(rankFields: unknown): void {
  if (!Array.isArray(rankFields) || rankFields.length === 0) {
    throw new PineconeConfigurationError('rankFields', 'must be an array that names at least one field')
  }
  for (const [i, field] of rankFields.entries()) {
    if (typeof field === 'string') continue
    throw new PineconeConfigurationError(
      `rankFields[${i}]`,
      `is ${asWritten(field)}; it must be a field's name`,
    )
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

/** The error for a document that cannot be read, or written as JSON; it names the field, where a single one is at fault. */
export function unwritable(
  document: string | object,
  index: number,
  cause: unknown,
): PineconeConfigurationError {
  const fields = documentFields(document)
  const field = Object.keys(fields).find((name) => !isWritable(fields, name))
  const where = field === undefined ? `documents[${index}]` : `documents[${index}].${field}`
  return refusedInput(where, `cannot be sent as JSON: ${messageOf(cause)}`, index, { cause })
}

function isWritable(fields: RerankDocument, field: string): boolean {
  try {
    JSON.stringify(fields[field])
    return true
  } catch {
    return false
  }
}

/** A document may be of a class, and its fields getters. */
function fieldOf(document: string | object, field: string, index: number): unknown {
  try {
    return documentFields(document)[field]
  } catch (cause) {
    throw refusedInput(`documents[${index}].${field}`, `cannot be read: ${messageOf(cause)}`, index, {
      cause,
    })
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : asWritten(cause)
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
  const texts = rankFields.map((field) => fieldOf(document, field, index))
  for (const [i, value] of texts.entries()) {
    if (value !== undefined && typeof value !== 'string') {
      throw refusedInput(`documents[${index}].${rankFields[i]}`, 'must be a string to be ranked by', index)
    }
  }
  if (texts.every((text) => !text)) {
    const names = rankFields.map((field) => JSON.stringify(field)).join(', ')
    throw refusedInput(`documents[${index}]`, `has no text to rank by in ${names}`, index)
  }
}
