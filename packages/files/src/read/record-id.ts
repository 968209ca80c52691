import { hash } from 'node:crypto'
import type { InputError } from '../input-error.js'
import { notUtf8Field, present, quoted } from './field-values.js'
import type { Fields } from './fields.js'

/** Characters, of ASCII without null: https://docs.pinecone.io/reference/api/database-limits/identifier-limits */
export const LONGEST_ID = 512

/** The id that a record has in a field. */
export function fieldId(fields: Fields, name: string): string {
  const value = present(fields, name, 'name the field (--id-field), or make ids of the texts (--ids hash)')
  if (value instanceof Uint8Array) throw notUtf8Field(fields, name)
  if (typeof value === 'string' || typeof value === 'bigint' || Number.isSafeInteger(value))
    return String(value)
  if (Number.isInteger(value)) {
    throw fields.refuse(
      `the id is ${value}, a 64-bit float, which rounds integers beyond ${Number.MAX_SAFE_INTEGER}; store ids as strings or integers`,
    )
  }
  throw fields.refuse(`the id ${described(value)} neither a string nor a whole number`)
}

/** 128 bits of the text's hash. */
export function hashId(text: string): string {
  return hash('sha256', text).slice(0, 32)
}

/** @throws InputError for an id that Pinecone does not accept */
export function checkId(id: string, refuse: (problem: string) => InputError): void {
  if (id === '' || id.length > LONGEST_ID) {
    throw refuse(`the id has ${id.length} characters; it must have 1 to ${LONGEST_ID}`)
  }
  if (!/^\p{ASCII}*$/u.test(id) || id.includes('\0')) {
    throw refuse(`the id ${quoted(id)} is not ASCII, or has a null character; Pinecone accepts no such id`)
  }
}

/** Lists and objects are not shown: they may be large, or nested too deeply for JSON.stringify. */
function described(value: unknown): string {
  if (Array.isArray(value)) return 'is a list,'
  return typeof value === 'object' ? 'is an object,' : `${value} is`
}
