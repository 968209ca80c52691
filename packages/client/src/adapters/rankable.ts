import type { RerankDocument } from '../api/rerank.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'

/**
 * A model ranks by text, metadata holds anything: the rank fields as texts. One that is missing or null is empty, because
 * with several of them the service wants each in every document.
 *
 * @throws PineconeConfigurationError for a field that cannot be written as text
 */
export function rankable(
  document: RerankDocument,
  rankFields: readonly string[],
  index: number,
): RerankDocument {
  const copy = { ...document }
  for (const field of rankFields) {
    try {
      copy[field] = textOf(document[field])
    } catch (cause) {
      const error = new PineconeConfigurationError(
        `documents[${index}].${field}`,
        'cannot be written as text',
      )
      error.cause = cause
      throw error
    }
  }
  return copy
}

/** Whether there is anything to rank a document by. */
export function hasText(document: RerankDocument, rankFields: readonly string[]): boolean {
  return rankFields.some((field) => document[field])
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'object') return String(value)
  return JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? String(item) : item))
}
