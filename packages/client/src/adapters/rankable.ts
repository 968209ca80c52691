import type { RerankDocument } from '../api/rerank.js'
import { refusedInput } from '../errors/configuration-error.js'

/**
 * A document with its rank fields as text: a model ranks by text, and metadata may hold anything. A field that is
 * missing or null becomes empty, because the service requires every rank field in every document.
 *
 * @throws PineconeConfigurationError for a field that cannot be text, such as a Map or a function
 */
export function rankable(
  document: RerankDocument,
  rankFields: readonly string[],
  index: number,
): RerankDocument {
  const copy = { ...document }
  for (const field of rankFields) {
    copy[field] = writtenAsText(document[field], `documents[${index}].${field}`, index)
  }
  return copy
}

/**
 * A value as text to rank by: a string unchanged, null or undefined as an empty string, anything else as JSON.
 *
 * @param argument how the call names the value, for the error
 * @param index position of the document that holds it
 * @throws PineconeConfigurationError for what JSON cannot hold: a Map, a function, an object that contains itself
 */
export function writtenAsText(value: unknown, argument: string, index: number): string {
  try {
    return textOf(value)
  } catch (cause) {
    const why = cause instanceof NoText ? `: it is or holds ${cause.message}` : ''
    throw refusedInput(argument, `cannot be written as text${why}`, index, { cause })
  }
}

/** Whether there is anything to rank a document by. */
export function hasText(document: RerankDocument, rankFields: readonly string[]): boolean {
  return rankFields.some((field) => typeof document[field] === 'string' && document[field].trim() !== '')
}

class NoText extends Error {}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (value instanceof Date) return value.toISOString()
  const item = writable('', value)
  if (typeof item === 'object') return JSON.stringify(value, writable)
  return String(item)
}

/** Refuses what JSON.stringify would lose: it writes a Map as `{}`, and omits a function. */
function writable(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'function' || typeof value === 'symbol') throw new NoText(`a ${typeof value}`)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const isPlain = [null, 'Object'].includes(Object.getPrototypeOf(value)?.constructor?.name ?? null)
  if (isPlain || 'toJSON' in value) return value
  throw new NoText(`a ${value.constructor?.name || 'object of a class'}`)
}
