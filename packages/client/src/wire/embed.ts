import type { Embedding, EmbedParameters, EmbedResult, Encoding } from '../api/embed.js'
import type { VectorType } from '../api/models.js'
import { counted, kindOf } from '../errors/as-written.js'
import type { components } from '../generated/openapi.js'
import { hostedModel } from '../models/hosted.js'
import { asArray, asCount, asFiniteNumber, asModelName, asObject, asString, broken } from './answer.js'
import { type AnswerReader, wholeAnswer } from './answer-reader.js'
import type { ExpectedVectors } from './expected.js'
import { asFloat32, type Decoded, type DecodedDense, type DecodedSparse } from './float32.js'
import { textBytes, type WireItem, wellFormedJson, withList } from './items.js'
import { numberMachine } from './numbers/machine.js'
import { NumberArrayReader, type NumberArrays, type Numbers } from './numbers/number-arrays.js'
import { wireParameters } from './parameters.js'

type WireEmbedRequest = components['schemas']['EmbedRequest']

const ENDPOINT = 'POST /embed'

/** The body of `POST /embed`. */
export function encodeEmbedRequest(
  model: string,
  parameters: EmbedParameters | undefined,
  inputs: readonly WireItem[],
): string {
  const sent = wireParameters(sentParameters(model, parameters))
  const rest: Omit<WireEmbedRequest, 'inputs'> = { model }
  if (Object.keys(sent).length > 0) rest.parameters = sent
  return withList(wellFormedJson(rest), 'inputs', inputs)
}

/** A model with a single dimension declares no such parameter, so naming that dimension is not sent. */
function sentParameters(model: string, parameters: EmbedParameters | undefined): Record<string, unknown> {
  const fixed = hostedModel(model)?.dimensions?.length === 1
  return fixed ? { ...parameters, dimension: undefined } : { ...parameters }
}

/** An answer, which may leave out what was counted. */
export type Embedded<E extends Encoding> = Omit<EmbedResult<E>, 'usage'> & {
  readonly totalTokens: number | undefined
}

/** What the answer to one request must be. */
export interface DueEmbeddings<E extends Encoding> {
  readonly expected: ExpectedVectors
  readonly inputs: readonly WireItem[]
  readonly encoding: E | undefined
}

/**
 * The answer of `POST /embed`, checked: one embedding per input, all as expected, all finite.
 * Its numbers are decoded while it arrives, so the last chunk leaves little to do; by JSON.parse, once it is whole, where
 * the runtime compiles no WebAssembly.
 */
export function embedAnswer<E extends Encoding>(due: DueEmbeddings<E>): AnswerReader<Embedded<E>> {
  const machine = numberMachine()
  if (!machine) return wholeAnswer(ENDPOINT, (answer) => decodeEmbeddings(answer, due, NONE_READ))
  const reader = new NumberArrayReader(machine, due.encoding === 'float32')
  return {
    push: (chunk) => reader.push(chunk),
    end: () => decodeEmbeddings(asObject(ENDPOINT, 'the answer', reader.end(ENDPOINT)), due, reader),
  }
}

const NONE_READ: NumberArrays = { of: () => undefined }

/**
 * The most tokens that a request can be counted with: no tokenizer makes more of a byte of text, however it normalizes
 * it, or adds more of its own to an input.
 */
const TOKENS_PER_BYTE = 16
const TOKENS_PER_INPUT = 1_000

function decodeEmbeddings<E extends Encoding>(
  answer: Record<string, unknown>,
  { inputs, expected, encoding }: DueEmbeddings<E>,
  arrays: NumberArrays,
): Embedded<E> {
  const items = listOf('data', answer.data, arrays)
  if (items.length !== inputs.length) {
    throw broken(ENDPOINT, `${counted(items.length, 'embedding')} for ${counted(inputs.length, 'input')}`)
  }
  const vectorType = asVectorType('vector_type', answer.vector_type)
  const data = items.map((item, i) => decodeEmbedding(item, i, vectorType, arrays))
  const usage = asObject(ENDPOINT, 'usage', answer.usage)
  const most = TOKENS_PER_BYTE * textBytes(inputs) + TOKENS_PER_INPUT * inputs.length
  const totalTokens = asCount(ENDPOINT, 'usage.total_tokens', usage.total_tokens, most)
  const model = asModelName(ENDPOINT, answer.model)
  const given = encoded(data, encoding)
  // Last, as the first answer that is right says what the others must be.
  expected.hold(ENDPOINT, { model, vectorType, data: given })
  return { model, vectorType, data: given, totalTokens }
}

function encoded<E extends Encoding>(embeddings: Decoded[], encoding: E | undefined): Embedding<E>[] {
  const given: unknown[] =
    encoding === 'float32'
      ? embeddings.map((embedding, i) => asFloat32(ENDPOINT, `data[${i}]`, embedding))
      : embeddings
  return given as Embedding<E>[]
}

function decodeEmbedding(
  value: unknown,
  index: number,
  vectorType: VectorType,
  arrays: NumberArrays,
): Decoded {
  const where = `data[${index}]`
  const item = asObject(ENDPOINT, where, value)
  const own = asVectorType(`${where}.vector_type`, item.vector_type)
  if (own !== vectorType) throw broken(ENDPOINT, `${where} is ${own} in a ${vectorType} answer`)
  return own === 'dense' ? decodeDense(where, item, arrays) : decodeSparse(where, item, arrays)
}

function decodeDense(where: string, item: Record<string, unknown>, arrays: NumberArrays): DecodedDense {
  const values = finiteNumbers(`${where}.values`, item.values, arrays)
  // It has no direction, and no index takes it: "Dense vectors must contain at least one non-zero value".
  if (values.length > 0 && isZero(values)) {
    throw broken(ENDPOINT, `${where}.values holds nothing but zeros`)
  }
  return { vectorType: 'dense', values }
}

function decodeSparse(where: string, item: Record<string, unknown>, arrays: NumberArrays): DecodedSparse {
  const sparseValues = finiteNumbers(`${where}.sparse_values`, item.sparse_values, arrays)
  const sparseIndices = finiteNumbers(`${where}.sparse_indices`, item.sparse_indices, arrays)
  if (sparseIndices.length !== sparseValues.length) {
    throw broken(
      ENDPOINT,
      `${where} has ${sparseIndices.length} sparse_indices for ${counted(sparseValues.length, 'value')}`,
    )
  }
  const stray = sparseIndices.find((index) => !Number.isInteger(index) || index < 0 || index > 0xffff_ffff)
  if (stray !== undefined) throw broken(ENDPOINT, `${where}.sparse_indices holds ${stray}`)
  // A term has one weight. A text without a term that counts is an empty vector, and right.
  if (new Set(sparseIndices).size < sparseIndices.length) {
    throw broken(ENDPOINT, `${where}.sparse_indices names an index twice`)
  }
  const tokens = item.sparse_tokens
  if (tokens === undefined || tokens === null) return { vectorType: 'sparse', sparseValues, sparseIndices }
  const sparseTokens = listOf(`${where}.sparse_tokens`, tokens, arrays).map((token, i) =>
    asString(ENDPOINT, `${where}.sparse_tokens[${i}]`, token),
  )
  if (sparseTokens.length !== sparseValues.length) {
    throw broken(
      ENDPOINT,
      `${where} has ${counted(sparseTokens.length, 'token')} for ${counted(sparseValues.length, 'value')}`,
    )
  }
  return { vectorType: 'sparse', sparseValues, sparseIndices, sparseTokens }
}

/** A list that holds no numbers where the answer is right. */
function listOf(where: string, value: unknown, arrays: NumberArrays): unknown[] {
  const numbers = arrays.of(value)
  return numbers ? Array.from(numbers) : asArray(ENDPOINT, where, value)
}

function isZero(values: ArrayLike<number>): boolean {
  let i = 0
  while (i < values.length && values[i] === 0) i++
  return i === values.length
}

function finiteNumbers(where: string, value: unknown, arrays: NumberArrays): Numbers {
  const read = arrays.of(value)
  if (read) return read
  const numbers = asArray(ENDPOINT, where, value)
  for (let i = 0; i < numbers.length; i++) {
    if (!Number.isFinite(numbers[i])) asFiniteNumber(ENDPOINT, `${where}[${i}]`, numbers[i])
  }
  return numbers as number[]
}

function asVectorType(where: string, value: unknown): VectorType {
  if (value !== 'dense' && value !== 'sparse') {
    throw broken(ENDPOINT, `${where} is ${kindOf(value)}, not dense or sparse`)
  }
  return value
}
