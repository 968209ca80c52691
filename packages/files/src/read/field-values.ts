import type { InputError } from '../input-error.js'
import type { Fields } from './fields.js'

/** The record's own field, unlike `constructor`, which all objects have. */
export function own<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined
}

/** @throws InputError if the field is missing or null; `advice` is for a missing one */
export function present({ values, refuse }: Fields, name: string, advice = ''): unknown {
  const value = own(values, name)
  if (value !== undefined && value !== null) return value
  if (Object.hasOwn(values, name)) throw refuse(`the field ${quoted(name)} is null`)
  const list = Object.keys(values).slice(0, 20).map(quoted).join(', ')
  throw refuse(`has no ${quoted(name)}; it has ${list || 'nothing'}${advice && `; ${advice}`}`)
}

export function notUtf8Field({ refuse }: Fields, name: string): InputError {
  return refuse(`the field ${quoted(name)} holds bytes that are not UTF-8`)
}

export function quoted(name: string): string {
  return JSON.stringify(name)
}
