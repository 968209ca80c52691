import type { InputError } from '../input-error.js'
import type { Metadata, TextRecord } from '../record.js'
import type { Fields } from './fields.js'

/** Which fields become what. */
export interface FieldNames {
  readonly id: string
  readonly text: string
  /** Undefined: the `metadata` field, if there is one. */
  readonly metadata: readonly string[] | undefined
}

/** Of ASCII, without a null: https://docs.pinecone.io/reference/api/database-limits/identifier-limits */
const LONGEST_ID = 512
/**
 * Bytes of JSON; "40 KB" in https://docs.pinecone.io/reference/api/database-limits, and 40960 in the service's refusal.
 */
const LARGEST_METADATA = 40 * 1024

export function toRecord(fields: Fields, names: FieldNames): TextRecord {
  const id = idOf(fields, names.id)
  const text = own(fields.values, names.text) === null ? '' : present(fields, names.text)
  if (text instanceof Uint8Array) throw notUtf8(fields, names.text)
  if (typeof text !== 'string') throw fields.refuse(`the field ${quoted(names.text)} is no string`)
  const metadata = metadataOf(fields, names.metadata)
  return metadata ? { id, text, metadata } : { id, text }
}

function present({ values, refuse }: Fields, name: string): unknown {
  const value = own(values, name)
  if (value !== undefined && value !== null) return value
  if (Object.hasOwn(values, name)) throw refuse(`the field ${quoted(name)} is null`)
  const list = Object.keys(values).slice(0, 20).map(quoted).join(', ')
  throw refuse(`has no ${quoted(name)}; it has ${list || 'nothing'}`)
}

function idOf(fields: Fields, name: string): string {
  const value = present(fields, name)
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw fields.refuse(
      'the id is a whole number beyond 2^53, which JSON rounds; give it as a string, in quotes',
    )
  }
  const isId = typeof value === 'string' || typeof value === 'bigint' || Number.isSafeInteger(value)
  if (value instanceof Uint8Array) throw notUtf8(fields, name)
  if (!isId) throw fields.refuse(`the id ${described(value)} neither a string nor a whole number`)
  const id = String(value)
  if (id === '' || id.length > LONGEST_ID) {
    throw fields.refuse(`the id has ${id.length} characters; it must have 1 to ${LONGEST_ID}`)
  }
  if (!/^\p{ASCII}*$/u.test(id) || id.includes('\0')) {
    throw fields.refuse(
      `the id ${quoted(id)} is not ASCII, or has a null character; Pinecone takes no such id`,
    )
  }
  return id
}

/** A list or an object may be large, or deeper than JSON.stringify goes. */
function described(value: unknown): string {
  if (Array.isArray(value)) return 'is a list,'
  return typeof value === 'object' ? 'is an object,' : `${value} is`
}

/** Undefined where there is none, or an empty one. */
function metadataOf(fields: Fields, names: readonly string[] | undefined): Metadata | undefined {
  const source = names ? fields.values : metadataField(fields)
  if (source === undefined) return undefined
  const entries: [string, Metadata[string]][] = []
  for (const name of names ?? Object.keys(source)) {
    const value = own(source, name)
    // Pinecone takes no null
    if (value !== undefined && value !== null) entries.push([name, metadataValue(value, name, fields)])
  }
  if (entries.length === 0) return undefined
  // assigned, a `__proto__` would be lost
  const metadata = Object.fromEntries(entries)
  const bytes = Buffer.byteLength(JSON.stringify(metadata))
  if (bytes > LARGEST_METADATA) {
    throw fields.refuse(`the metadata has ${bytes} bytes; Pinecone takes ${LARGEST_METADATA}`)
  }
  return metadata
}

/** An object, or the JSON text of one, as Pinecone's Parquet layout has it. */
function metadataField(fields: Fields): Readonly<Record<string, unknown>> | undefined {
  const { metadata } = fields.values
  if (metadata === undefined || metadata === null || metadata === '') return undefined
  const object = typeof metadata === 'string' ? parsed(metadata, fields) : metadata
  if (typeof object === 'object' && object !== null && !Array.isArray(object)) {
    return object as Record<string, unknown>
  }
  throw fields.refuse('the field "metadata" is no object')
}

function parsed(json: string, { refuse }: Fields): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw refuse('the field "metadata" is no object, nor the JSON of one')
  }
}

function metadataValue(value: unknown, name: string, fields: Fields): Metadata[string] {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  // as a number it would be another one, without a word
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) {
      throw fields.refuse(`the field ${quoted(name)} is a time beyond those that JavaScript knows`)
    }
    return value.toISOString()
  }
  if (value instanceof Uint8Array) throw notUtf8(fields, name)
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw fields.refuse(
    `the field ${quoted(name)} cannot be metadata: Pinecone takes strings, numbers, booleans and lists of strings`,
  )
}

/** What a record has itself, unlike `constructor`, which all objects have. */
function own(values: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(values, name) ? values[name] : undefined
}

function notUtf8({ refuse }: Fields, name: string): InputError {
  return refuse(`the field ${quoted(name)} holds bytes that are not UTF-8`)
}

function quoted(name: string): string {
  return JSON.stringify(name)
}
