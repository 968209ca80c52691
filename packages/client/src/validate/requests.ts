import type { EmbedRequest, Encoding } from '../api/embed.js'
import type { RerankDocument, RerankRequest } from '../api/rerank.js'
import { asWritten, kindOf } from '../errors/as-written.js'
import { PineconeConfigurationError, type RefusedInput, refusedInput } from '../errors/configuration-error.js'
import { camelCase, documentFields } from '../wire/request.js'
import { checkOptions, type NamesOf } from './options.js'

/**
 * The name becomes part of the path of `GET /models/{name}`, where `.` and `..` change the path, and an unpaired
 * surrogate has no bytes.
 */
function isName(model: string): boolean {
  return model.trim() !== '' && !/^\.\.?$|[\p{Surrogate}\p{Cc}]/u.test(model)
}

export function checkModelName(model: unknown): asserts model is string {
  if (typeof model !== 'string' || !isName(model)) {
    throw new PineconeConfigurationError('model', `is ${asWritten(model)}; it must be a model's name`)
  }
}

/** Refuses anything but an object of known fields, with a model and with parameters that can be sent. */
function checkRequest(request: unknown, names: Readonly<Record<string, true>>): void {
  if (typeof request !== 'object' || request === null) {
    throw new PineconeConfigurationError('request', 'must be an object with a model and its input')
  }
  checkOptions(request, names, 'the request')
  const { model, parameters } = request as { model?: unknown; parameters?: unknown }
  checkModelName(model)
  checkParameters(parameters)
}

/** Refuses parameters that cannot be sent, and two spellings of the same one, `inputType` and `input_type`. */
export function checkParameters(parameters: unknown, argument = 'parameters'): void {
  if (parameters === undefined) return
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) {
    throw new PineconeConfigurationError(argument, `is ${asWritten(parameters)}; it must be an object`)
  }
  for (const [name, value] of Object.entries(parameters)) {
    const problem = jsonProblem(value)
    if (problem) {
      throw new PineconeConfigurationError(`${argument}.${name}`, `cannot be sent as JSON: ${problem}`)
    }
    const plain = camelCase(name)
    if (plain !== name && value !== undefined && Object(parameters)[plain] !== undefined) {
      throw new PineconeConfigurationError(
        `${argument}.${name}`,
        `is not a parameter; did you mean ${plain}?`,
      )
    }
  }
}

/** What JSON would lose of a value: `JSON.stringify` writes NaN as null, and omits functions. */
function jsonProblem(value: unknown): string | undefined {
  let problem: string | undefined
  const look = (_: string, one: unknown) => {
    const isLost =
      ['function', 'symbol', 'bigint'].includes(typeof one) ||
      (typeof one === 'number' && !Number.isFinite(one))
    if (isLost) problem ??= `it is or contains ${kindOf(one)}`
    return isLost ? undefined : one
  }
  try {
    JSON.stringify(value, look)
    return problem
  } catch (cause) {
    // V8's message has several lines; other engines say cyclic.
    const isCircle = cause instanceof TypeError && /circular|cyclic/i.test(cause.message)
    return isCircle ? 'it contains itself' : messageOf(cause)
  }
}

const EMBED_REQUEST: NamesOf<EmbedRequest> = { model: true, inputs: true, parameters: true, encoding: true }

/** Refuses an embed request that no model could answer. */
export function checkEmbedRequest(request: EmbedRequest<Encoding>): void {
  checkEmbedFields(request)
  const [first] = refusedTexts(request.inputs)
  if (first) throw first
}

/** The same without the inputs: those of a stream are checked as they arrive. */
export function checkEmbedFields(request: unknown): void {
  checkRequest(request, EMBED_REQUEST)
  const { encoding } = request as { encoding?: unknown }
  if (encoding === undefined || encoding === 'number' || encoding === 'float32') return
  throw new PineconeConfigurationError('encoding', `is ${asWritten(encoding)}`, ['number', 'float32'])
}

/** The error for input number `index`, unless it is a non-empty string. */
export function refusedText(text: unknown, index: number): RefusedInput | undefined {
  if (typeof text === 'string' && text !== '') return undefined
  const problem = text === '' ? 'is an empty string' : `is ${kindOf(text)}`
  return refusedInput(`inputs[${index}]`, `${problem}; every input must be a non-empty string`, index)
}

/** The errors of all inputs that no model could embed. */
export function* refusedTexts(inputs: unknown): Generator<RefusedInput, void> {
  if (!Array.isArray(inputs)) throw new PineconeConfigurationError('inputs', 'must be an array of strings')
  // Not forEach: it would skip the holes of a sparse array.
  for (let i = 0; i < inputs.length; i++) {
    const refusal = refusedText(inputs[i], i)
    if (refusal) yield refusal
  }
}

const RERANK_REQUEST: NamesOf<RerankRequest> = {
  model: true,
  query: true,
  documents: true,
  topN: true,
  returnDocuments: true,
  rankFields: true,
  parameters: true,
}

/** Refuses a rerank request that no model could answer. */
export function checkRerankRequest(request: RerankRequest): void {
  checkRequest(request, RERANK_REQUEST)
  if (typeof request.query !== 'string' || request.query.trim() === '') {
    throw new PineconeConfigurationError('query', 'must be a non-empty string', undefined, {
      verdict: 'input',
    })
  }
  checkTopN(request.topN)
  checkReturnDocuments(request.returnDocuments)
  if (!Array.isArray(request.documents)) {
    throw new PineconeConfigurationError('documents', 'must be an array of strings or objects')
  }
  const rankFields = request.rankFields ?? ['text']
  checkRankFields(rankFields)
  for (let i = 0; i < request.documents.length; i++) checkDocument(request.documents[i], i)
  checkFieldsExist(rankFields, request.documents)
  for (let i = 0; i < request.documents.length; i++) checkRankedText(request.documents[i], i, rankFields)
}

export function checkTopN(topN: unknown): void {
  if (topN !== undefined && (!Number.isInteger(topN) || Number(topN) < 1)) {
    throw new PineconeConfigurationError(
      'topN',
      `is ${asWritten(topN)}; it must be a whole number of at least 1`,
    )
  }
}

export function checkReturnDocuments(returnDocuments: unknown): void {
  if (returnDocuments === undefined || typeof returnDocuments === 'boolean') return
  throw new PineconeConfigurationError(
    'returnDocuments',
    `is ${asWritten(returnDocuments)}; it must be a boolean`,
  )
}

export function checkRankFields(rankFields: unknown): void {
  if (!Array.isArray(rankFields) || rankFields.length === 0) {
    throw new PineconeConfigurationError('rankFields', 'must be an array that names at least one field')
  }
  for (const [i, field] of rankFields.entries()) {
    if (typeof field === 'string') continue
    throw new PineconeConfigurationError(
      `rankFields[${i}]`,
      `is ${asWritten(field)}; it must be a field's name`,
    )
  }
}

export function checkDocument(document: unknown, index: number): void {
  // A list, a Map or a Buffer has no fields.
  const hasFields = typeof document === 'object' && document !== null && !(Symbol.iterator in document)
  if (typeof document !== 'string' && !hasFields) {
    throw refusedInput(`documents[${index}]`, 'must be a string or an object of fields', index)
  }
}

/** The error for a document that cannot be read or written as JSON; it names the field if a single one is at fault. */
export function unwritable(
  document: string | object,
  index: number,
  cause: unknown,
): PineconeConfigurationError {
  const fields = documentFields(document)
  const field = Object.keys(fields).find((name) => !isWritable(fields, name))
  const where = field === undefined ? `documents[${index}]` : `documents[${index}].${field}`
  return refusedInput(where, `cannot be sent as JSON: ${messageOf(cause)}`, index, { cause })
}

function isWritable(fields: RerankDocument, field: string): boolean {
  try {
    JSON.stringify(fields[field])
    return true
  } catch {
    return false
  }
}

/** A document may be an instance of a class, and its fields may be getters. */
function fieldOf(document: string | object, field: string, index: number): unknown {
  try {
    return documentFields(document)[field]
  } catch (cause) {
    throw refusedInput(`documents[${index}].${field}`, `cannot be read: ${messageOf(cause)}`, index, {
      cause,
    })
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : asWritten(cause)
}

function checkFieldsExist(rankFields: readonly string[], documents: RerankRequest['documents']): void {
  if (documents.length === 0) return
  const present = new Set(documents.flatMap((document) => Object.keys(documentFields(document))))
  for (const field of rankFields) {
    if (!present.has(field)) {
      throw new PineconeConfigurationError(
        'rankFields',
        `names ${JSON.stringify(field)}, which no document has`,
        [...present],
      )
    }
  }
}

function checkRankedText(document: string | object, index: number, rankFields: readonly string[]): void {
  const texts = rankFields.map((field) => fieldOf(document, field, index))
  for (const [i, value] of texts.entries()) {
    if (value !== undefined && typeof value !== 'string') {
      throw refusedInput(`documents[${index}].${rankFields[i]}`, 'must be a string to rank by', index)
    }
  }
  if (texts.every((text) => !text)) {
    const names = rankFields.map((field) => JSON.stringify(field)).join(', ')
    throw refusedInput(`documents[${index}]`, `has no text to rank by in ${names}`, index)
  }
}
