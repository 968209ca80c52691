import { refusedInput } from '@pinecone-inference/client/adapters'
import type { IndexRecord } from './index-client.js'

/**
 * Metadata as an index accepts it: flat, of strings, numbers, booleans and lists of strings. Nested keys are joined by
 * dots, as `PineconeStore` of @langchain/pinecone does; nulls are left out
 * (https://docs.pinecone.io/guides/index-data/indexing-overview#metadata-format).
 *
 * @param position of the document that the metadata belongs to
 * @throws PineconeConfigurationError for a value that has no such form, such as a Map
 */
export function flatMetadata(metadata: object, position: number): IndexRecord['metadata'] {
  const flat: IndexRecord['metadata'] = {}
  const add = (key: string, value: unknown): void => {
    if (value === undefined || value === null) return
    if (value instanceof Date && !Number.isNaN(value.getTime())) flat[key] = value.toISOString()
    else if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) {
      flat[key] = value as string | number | boolean
    } else if (Array.isArray(value) && value.every((item) => typeof item === 'string')) flat[key] = [...value]
    else if (Array.isArray(value) || isPlain(value)) {
      for (const [name, item] of Object.entries(value)) add(`${key}.${name}`, item)
    } else {
      throw refusedInput(
        `documents[${position}].metadata.${key}`,
        'cannot be stored as metadata; allowed are strings, numbers, booleans, lists of strings and objects of them',
        position,
      )
    }
  }
  for (const [key, value] of Object.entries(metadata)) add(key, value)
  return flat
}

function isPlain(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value))
  )
}
