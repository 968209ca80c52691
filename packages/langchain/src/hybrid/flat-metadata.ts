import { refusedInput } from '@pinecone-inference/client/adapters'
import type { IndexRecord } from './index-client.js'

/**
 * Metadata as an index accepts it: flat, of strings, numbers, booleans and lists of strings. Nested keys are joined by
 * dots, as `PineconeStore` of @langchain/pinecone does; nulls are left out
 * (https://docs.pinecone.io/guides/index-data/indexing-overview#metadata-format).
 *
 * @param position of the document that the metadata belongs to
 * @throws PineconeConfigurationError for a value that has no such form, such as a Map or an object that contains itself,
 * and for two fields that would get the same name
 */
export function flatMetadata(metadata: object, position: number): IndexRecord['metadata'] {
  const flat: IndexRecord['metadata'] = {}
  const refuse = (key: string, problem: string) =>
    refusedInput(`documents[${position}].metadata.${key}`, problem, position)
  const set = (key: string, value: string | number | boolean | string[]): void => {
    if (Object.hasOwn(flat, key)) throw refuse(key, 'occurs twice, because nested names are joined by dots')
    flat[key] = value
  }
  const add = (key: string, value: unknown, parents: readonly unknown[]): void => {
    if (value === undefined || value === null) return
    if (value instanceof Date && !Number.isNaN(value.getTime())) set(key, value.toISOString())
    else if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) {
      set(key, value as string | number | boolean)
    } else if (Array.isArray(value) && value.every((item) => typeof item === 'string')) set(key, [...value])
    else if (Array.isArray(value) || isPlain(value)) {
      if (parents.includes(value)) throw refuse(key, 'cannot be stored as metadata: it contains itself')
      for (const [name, item] of Object.entries(value)) add(`${key}.${name}`, item, [...parents, value])
    } else {
      throw refuse(
        key,
        'cannot be stored as metadata; allowed are strings, numbers, booleans, lists of strings and objects of them',
      )
    }
  }
  for (const [key, value] of Object.entries(metadata)) add(key, value, [metadata])
  return flat
}

function isPlain(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value))
  )
}
