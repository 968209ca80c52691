import type { RerankDocument } from '../api/rerank.js'

/** A model ranks by text, metadata holds anything: the rank fields as texts, without those that are null. */
export function rankable(document: RerankDocument, rankFields: readonly string[]): RerankDocument {
  const copy = { ...document }
  for (const field of rankFields) {
    const text = textOf(document[field])
    if (text === undefined) delete copy[field]
    else copy[field] = text
  }
  return copy
}

/** Whether there is anything to rank a document by. */
export function hasText(document: RerankDocument, rankFields: readonly string[]): boolean {
  return rankFields.some((field) => document[field])
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'object') return String(value)
  return JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? String(item) : item))
}
