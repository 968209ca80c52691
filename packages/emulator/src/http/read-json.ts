import { ApiError } from './api-error.js'

export type JsonObject = Readonly<Record<string, unknown>>

/** A request's body, parsed once for the log, the faults and the answer. */
export interface Body {
  readonly text: string
  /** Undefined if the text is not JSON; `problem` then says why. */
  readonly value: unknown
  readonly problem?: string
}

export function parseBody(bytes: unknown): Body {
  const text = Buffer.isBuffer(bytes) ? bytes.toString() : ''
  try {
    return { text, value: JSON.parse(text) }
  } catch (error) {
    return { text, value: undefined, problem: error instanceof Error ? error.message : String(error) }
  }
}

/** The request's body as a JSON object; throws a 400 for anything else. */
export function readJsonObject(body: Body): JsonObject {
  if (body.problem !== undefined) throw ApiError.invalid(`The request's body is not JSON: ${body.problem}`)
  if (!isObject(body.value)) throw ApiError.invalid("The request's body must be a JSON object")
  return body.value
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An own property, so that a field named like one of Object.prototype's is not found by accident. */
export function field(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}
