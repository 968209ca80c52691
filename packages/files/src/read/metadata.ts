import { stringify } from 'lossless-json'
import type { InputError } from '../input-error.js'
import type { Metadata } from '../record.js'
import { notUtf8Field, own, quoted } from './field-values.js'
import type { Fields } from './fields.js'
import { exactNumber, losslessly } from './json-numbers.js'
import { LongDecimal } from './long-decimal.js'

/** The type that a metadata field is converted to. */
export type MetadataType = 'string' | 'number' | 'boolean' | 'strings'

export interface MetadataShape {
  /** The fields; `*` for all but id and text; undefined for those of the field `metadata`. */
  readonly fields: '*' | readonly string[] | undefined
  readonly types: Readonly<Record<string, MetadataType>>
  /** Fields that `*` leaves out. */
  readonly others: readonly string[]
}

/**
 * Bytes of JSON; "40 KB" in https://docs.pinecone.io/reference/api/database-limits, and 40960 in the service's refusal.
 */
export const LARGEST_METADATA = 40 * 1024

/** The metadata of a record; undefined if there is none, or it is empty. */
export function metadataOf(
  fields: Fields,
  { fields: names, types, others }: MetadataShape,
): Metadata | undefined {
  const source = names ? fields.values : metadataField(fields)
  if (source === undefined) return undefined
  const list = names === undefined ? Object.keys(source) : names === '*' ? allBut(others, source) : names
  const entries: [string, Metadata[string]][] = []
  for (const name of list) {
    // Pinecone accepts no null.
    const given = own(source, name) ?? undefined
    const value = given === undefined ? undefined : metadataValue(given, name, own(types, name), fields)
    if (value === undefined) continue
    // Operators of filters begin so: https://docs.pinecone.io/guides/index-data/indexing-overview#metadata-format
    if (name.startsWith('$'))
      throw fields.refuse(`the field ${quoted(name)} cannot be metadata: it begins with $`)
    entries.push([name.toWellFormed(), value])
  }
  if (entries.length === 0) return undefined
  // Assigning would lose a `__proto__`.
  const metadata = Object.fromEntries(entries)
  const bytes = Buffer.byteLength(JSON.stringify(metadata))
  if (bytes > LARGEST_METADATA) {
    throw fields.refuse(`the metadata has ${bytes} bytes; Pinecone accepts ${LARGEST_METADATA}`)
  }
  return metadata
}

function allBut(others: readonly string[], values: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(values).filter((name) => !others.includes(name))
}

/** An object, or the JSON of one, as in Pinecone's Parquet layout. */
function metadataField(fields: Fields): Readonly<Record<string, unknown>> | undefined {
  const { metadata } = fields.values
  if (metadata === undefined || metadata === null || metadata === '') return undefined
  const object = typeof metadata === 'string' ? parsed(metadata, fields) : metadata
  if (typeof object === 'object' && object !== null && !Array.isArray(object)) {
    return object as Record<string, unknown>
  }
  throw fields.refuse('the field "metadata" is not an object')
}

function parsed(json: string, { refuse }: Fields): unknown {
  try {
    return losslessly(json)
  } catch {
    throw refuse('the field "metadata" is neither an object nor the JSON of one')
  }
}

/** The value of a field; undefined for an empty one that is to become anything but a string. */
function metadataValue(
  value: unknown,
  name: string,
  type: MetadataType | undefined,
  fields: Fields,
): Metadata[string] | undefined {
  if (value instanceof Uint8Array) throw notUtf8Field(fields, name)
  if (value instanceof Date && Number.isNaN(value.getTime())) {
    throw fields.refuse(`the field ${quoted(name)} is a time outside the range of JavaScript dates`)
  }
  switch (type) {
    case undefined:
      return untyped(value, name, fields)
    case 'string':
      return (isScalar(value) ? textOf(value) : jsonOf(value)).toWellFormed()
    case 'number':
      if (typeof value === 'string' && value.trim() === '') return undefined
      return numberOf(value, name, fields)
    case 'boolean':
      if (typeof value === 'string' && value.trim() === '') return undefined
      return booleanOf(value) ?? wrongType(value, name, type, fields)
    case 'strings':
      if (value === '') return undefined
      return stringsOf(value) ?? wrongType(value, name, type, fields)
  }
}

function untyped(value: unknown, name: string, fields: Fields): Metadata[string] {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value === 'boolean') return value
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'bigint') return wholeNumber(value, name, fields)
  if (value instanceof LongDecimal) throw rounded(value, name, fields)
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return value.map((item) => item.toWellFormed())
  }
  throw fields.refuse(
    `the field ${quoted(name)} cannot be metadata: Pinecone accepts strings, numbers, booleans and lists of strings; ` +
      `--metadata-types ${name}:string keeps its JSON`,
  )
}

/** Pinecone stores numbers as 64-bit floats, which would turn a large integer into a different one. */
function wholeNumber(value: bigint, name: string, fields: Fields): number {
  const number = Number(value)
  if (Number.isFinite(number) && BigInt(number) === value) return number
  throw rounded(value, name, fields)
}

function rounded(value: bigint | LongDecimal, name: string, { refuse }: Fields): InputError {
  return refuse(
    `the field ${quoted(name)} is ${value}, which a 64-bit float rounds; make it a string (--metadata-types ${name}:string)`,
  )
}

function numberOf(value: unknown, name: string, fields: Fields): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value === 'bigint') return wholeNumber(value, name, fields)
  if (value instanceof LongDecimal) throw rounded(value, name, fields)
  if (typeof value === 'boolean' || typeof value !== 'string') return wrongType(value, name, 'number', fields)
  const literal = value.trim().replace(/^\+/, '')
  if (!/^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(literal)) return wrongType(value, name, 'number', fields)
  const number = exactNumber(literal)
  if (typeof number === 'bigint') return wholeNumber(number, name, fields)
  return Number.isFinite(number) ? number : wrongType(value, name, 'number', fields)
}

function booleanOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  const word = isScalar(value) ? textOf(value).trim().toLowerCase() : ''
  if (word === 'true' || word === '1') return true
  return word === 'false' || word === '0' ? false : undefined
}

function stringsOf(value: unknown): string[] | undefined {
  if (typeof value === 'string') {
    if (!value.trimStart().startsWith('[')) return undefined
    try {
      return stringsOf(losslessly(value))
    } catch {
      return undefined
    }
  }
  if (!Array.isArray(value) || !value.every(isScalar)) return undefined
  return value.map((item) => textOf(item).toWellFormed())
}

type Scalar = string | number | bigint | boolean | Date | LongDecimal

function isScalar(value: unknown): value is Scalar {
  return (
    ['string', 'number', 'bigint', 'boolean'].includes(typeof value) ||
    value instanceof Date ||
    value instanceof LongDecimal
  )
}

function textOf(value: Scalar): string {
  return value instanceof Date ? value.toISOString() : String(value)
}

/** With all digits of its integers. */
function jsonOf(value: unknown): string {
  return stringify(value) ?? ''
}

function wrongType(
  value: unknown,
  name: string,
  type: Exclude<MetadataType, 'string'>,
  { refuse }: Fields,
): never {
  const shown = isScalar(value) ? ` ${JSON.stringify(textOf(value).slice(0, 40))},` : ''
  const wanted = {
    number: 'a number',
    boolean: 'true or false',
    strings: 'a JSON list of strings',
  }
  throw refuse(`the field ${quoted(name)} is${shown} not ${wanted[type]}`)
}
