import type { Metadata, TextRecord } from '../record.js'
import type { Fields } from './fields.js'

/** Which fields become what. */
export interface FieldNames {
  readonly id: string
  readonly text: string
  /** Undefined: the `metadata` field, if there is one. */
  readonly metadata: readonly string[] | undefined
}

/** https://docs.pinecone.io/reference/api/database-limits */
const LONGEST_ID = 512

export function toRecord({ values, refuse }: Fields, names: FieldNames): TextRecord {
  const id = idOf(fieldOf(names.id))
  const text = fieldOf(names.text)
  if (typeof text !== 'string') throw refuse(`the field ${quoted(names.text)} is no string`)
  const metadata = names.metadata ? picked(names.metadata) : whole(values.metadata)
  return { id, text, ...(metadata && Object.keys(metadata).length > 0 ? { metadata } : {}) }

  function fieldOf(name: string): unknown {
    const value = values[name]
    if (value !== undefined && value !== null) return value
    throw refuse(
      `has no ${quoted(name)}; it has ${Object.keys(values).slice(0, 20).map(quoted).join(', ') || 'nothing'}`,
    )
  }

  function idOf(value: unknown): string {
    const isId = typeof value === 'string' || typeof value === 'bigint' || Number.isSafeInteger(value)
    if (!isId) throw refuse(`the id ${JSON.stringify(value)} is neither a string nor a whole number`)
    const id = String(value)
    if (id === '' || id.length > LONGEST_ID) {
      throw refuse(`the id has ${id.length} characters; it must have 1 to ${LONGEST_ID}`)
    }
    return id
  }

  function picked(wanted: readonly string[]): Metadata {
    return Object.fromEntries(wanted.flatMap((name) => entryOf(name, values[name])))
  }

  /** An object, or the JSON text of one, as Pinecone's Parquet layout has it. */
  function whole(value: unknown): Metadata | undefined {
    if (value === undefined || value === null || value === '') return undefined
    const object = typeof value === 'string' ? parsed(value) : value
    if (typeof object !== 'object' || object === null || Array.isArray(object)) {
      throw refuse('the field "metadata" is no object')
    }
    return Object.fromEntries(Object.entries(object).flatMap(([name, item]) => entryOf(name, item)))
  }

  function parsed(json: string): unknown {
    try {
      return JSON.parse(json)
    } catch {
      throw refuse('the field "metadata" is no object, nor the JSON of one')
    }
  }

  /** Nothing for null, which Pinecone does not take. */
  function entryOf(name: string, value: unknown): [string, Metadata[string]][] {
    if (value === undefined || value === null) return []
    if (value instanceof Date) return [[name, value.toISOString()]]
    if (typeof value === 'bigint') return [[name, Number(value)]]
    if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) {
      return [[name, value as Metadata[string]]]
    }
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return [[name, value]]
    throw refuse(
      `the field ${quoted(name)} cannot be metadata: Pinecone takes strings, numbers, booleans and lists of strings`,
    )
  }
}

function quoted(name: string): string {
  return JSON.stringify(name)
}
