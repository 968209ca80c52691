import { asOneLine, counted, excerptOf, kindOf } from '../errors/as-written.js'
import { PineconeResponseError } from '../errors/no-answer.js'
import { Chunks } from './bytes.js'

/** What an error reports about the answer that caused it. */
export interface AnswerHead {
  readonly contentType: string | undefined
  /** Removes the key and other secrets from a text of the answer: a gateway may repeat the request's headers. */
  redact(text: string): string
}

/** Reads an answer as it arrives, and makes a result once it is complete. */
export interface AnswerReader<T> {
  push(chunk: Uint8Array): void
  /** @throws PineconeResponseError if the answer breaks the contract */
  end(head: AnswerHead): T
}

/** The same reader, with one more check of the complete answer. */
export function checked<T>(reader: AnswerReader<T>, check: (answer: T) => void): AnswerReader<T> {
  return {
    push: (chunk) => reader.push(chunk),
    end(head) {
      const answer = reader.end(head)
      check(answer)
      return answer
    },
  }
}

/** Parses the complete answer with JSON.parse. */
export function wholeAnswer<T>(
  endpoint: string,
  decode: (answer: Record<string, unknown>) => T,
): AnswerReader<T> {
  const chunks = new Chunks()
  return {
    push: (chunk) => chunks.add(chunk),
    end: (head) =>
      decode(asResult(endpoint, parseAnswer(endpoint, chunks.text(), chunks.length, head), head)),
  }
}

/**
 * Parses the text of an answer as JSON.
 *
 * @param bytes length of the complete answer
 */
export function parseAnswer(endpoint: string, text: string, bytes: number, head: AnswerHead): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Without a cause: its message would quote the answer, in which a gateway may have repeated the request's headers.
    const [mediaType = ''] = head.contentType?.split(';') ?? []
    const isSaidToBeJson = mediaType === '' || /json/i.test(mediaType)
    throw new PineconeResponseError(
      `${endpoint} answered ${counted(bytes, 'byte')}${isSaidToBeJson ? '' : ` of ${asOneLine(mediaType, 100)}`} that are not JSON, or JSON cut short`,
      isSaidToBeJson ? {} : { words: excerptOf(head.redact(text)) },
    )
  }
}

/** An answer that is a result, and not an error under a success status. */
export function asResult(endpoint: string, value: unknown, head: AnswerHead): Record<string, unknown> {
  const answer = asObject(endpoint, 'the answer', value)
  if (!answer.error) return answer
  const { code, message } = contractError(answer)
  throw new PineconeResponseError(`${endpoint} answered with an error, although its status reports success`, {
    words: head.redact([code, message].filter(Boolean).join(': ')),
  })
}

export interface ContractError {
  code?: string | undefined
  message?: string | undefined
  details?: unknown
}

/**
 * The contract's ErrorResponse, as far as the answer has its form: a gateway may answer anything, such as `{ message
 * }`.
 */
export function contractError(answer: unknown): ContractError {
  const { error, message: own } = Object(answer) as { error?: unknown; message?: unknown }
  if (typeof error === 'string') return { message: error }
  const { code, message = own, details } = Object(error) as Record<string, unknown>
  return {
    code: typeof code === 'string' ? code : undefined,
    message: typeof message === 'string' ? message : undefined,
    details,
  }
}

export function broken(endpoint: string, what: string): PineconeResponseError {
  return new PineconeResponseError(`${endpoint} broke the contract: ${what}`)
}

export function asObject(endpoint: string, where: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw broken(endpoint, `${where} is ${kindOf(value)}, not an object`)
  }
  return value as Record<string, unknown>
}

export function asArray(endpoint: string, where: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw broken(endpoint, `${where} is ${kindOf(value)}, not an array`)
  return value
}

export function asString(endpoint: string, where: string, value: unknown): string {
  if (typeof value !== 'string') throw broken(endpoint, `${where} is ${kindOf(value)}, not a string`)
  return value
}

/** A model's name: a result says which model served it. */
export function asModelName(endpoint: string, value: unknown): string {
  const name = asString(endpoint, 'model', value)
  if (name.trim() === '') throw broken(endpoint, 'model is an empty string')
  return name
}

export function asFiniteNumber(endpoint: string, where: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw broken(endpoint, `${where} is ${kindOf(value)}, not a finite number`)
  }
  return value
}

/** A whole number of at least 1. */
export function asSize(endpoint: string, where: string, value: unknown): number {
  const size = asFiniteNumber(endpoint, where, value)
  if (!Number.isInteger(size) || size < 1)
    throw broken(endpoint, `${where} is ${size}, not a whole number of at least 1`)
  return size
}

/** The contract's `int32`. */
const INT32_MAX = 2 ** 31 - 1

/**
 * A counter in `usage`, which the contract lets the service leave out.
 *
 * @param max upper bound for this request: a larger count would stall the budget
 */
export function asCount(
  endpoint: string,
  where: string,
  value: unknown,
  max = INT32_MAX,
): number | undefined {
  if (value === undefined || value === null) return undefined
  if (!Number.isInteger(value) || Number(value) < 0 || Number(value) > max) {
    throw broken(endpoint, `${where} is ${kindOf(value)}, not a count of at most ${max}`)
  }
  return Number(value)
}
