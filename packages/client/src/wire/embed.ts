import type {
  DenseEmbedding,
  Embedding,
  EmbedParameters,
  EmbedResult,
  Encoding,
  SparseEmbedding,
} from '../api/embed.js'
import type { VectorType } from '../api/models.js'
import { counted, kindOf } from '../errors/as-written.js'
import type { components } from '../generated/openapi.js'
import {
  type AnswerReader,
  asArray,
  asCount,
  asFiniteNumber,
  asModelName,
  asObject,
  asResult,
  asString,
  broken,
  wholeAnswer,
} from './answer.js'
import { type NumberArrays, type Numbers, numberArrayReader } from './numbers/number-arrays.js'
import { textBytes, type WireItem, wellFormedJson, wireParameters, withList } from './request.js'

type WireEmbedRequest = components['schemas']['EmbedRequest']

const ENDPOINT = 'POST /embed'

/** The body of `POST /embed`. */
export function encodeEmbedRequest(
  model: string,
  parameters: EmbedParameters,
  inputs: readonly WireItem[],
): string {
  const sent = wireParameters(parameters)
  const rest: Omit<WireEmbedRequest, 'inputs'> = { model }
  if (Object.keys(sent).length > 0) rest.parameters = sent
  return withList(wellFormedJson(rest), 'inputs', inputs)
}

/** An answer whose token count may be missing. */
export type Embedded<E extends Encoding> = Omit<EmbedResult<E>, 'usage'> & {
  readonly totalTokens: number | undefined
}

/** What the answer to one request has to match. */
export interface DueEmbeddings<E extends Encoding> {
  readonly inputs: readonly WireItem[]
  readonly encoding: E | undefined
}

/**
 * The answer of `POST /embed`, checked: one embedding per input, all of one type, all finite. Its numbers are decoded
 * as they arrive, so little is left to do after the last chunk. Where the runtime compiles no WebAssembly, JSON.parse
 * decodes the complete answer.
 */
export function embedAnswer<E extends Encoding>(due: DueEmbeddings<E>): AnswerReader<Embedded<E>> {
  const reader = numberArrayReader(due.encoding === 'float32')
  if (!reader) return wholeAnswer(ENDPOINT, (answer) => decodeEmbeddings(answer, due, NONE_READ))
  return {
    push: (chunk) => reader.push(chunk),
    end: (head) => decodeEmbeddings(asResult(ENDPOINT, reader.end(ENDPOINT, head), head), due, reader),
  }
}

const NONE_READ: NumberArrays = { of: () => undefined }

/**
 * Upper bounds of a request's token count: no tokenizer makes more tokens of one byte of text, however it normalizes
 * it, or adds more of its own to an input.
 */
const TOKENS_PER_BYTE = 16
const TOKENS_PER_INPUT = 1_000

function decodeEmbeddings<E extends Encoding>(
  answer: Record<string, unknown>,
  { inputs, encoding }: DueEmbeddings<E>,
  arrays: NumberArrays,
): Embedded<E> {
  const items = listOf('data', answer.data, arrays)
  if (items.length !== inputs.length) {
    throw broken(ENDPOINT, `${counted(items.length, 'embedding')} for ${counted(inputs.length, 'input')}`)
  }
  const vectorType = asVectorType('vector_type', answer.vector_type)
  const data = items.map((item, i) => decodeEmbedding(item, i, vectorType, arrays))
  const usage = asObject(ENDPOINT, 'usage', answer.usage)
  const maxTokens = TOKENS_PER_BYTE * textBytes(inputs) + TOKENS_PER_INPUT * inputs.length
  const totalTokens = asCount(ENDPOINT, 'usage.total_tokens', usage.total_tokens, maxTokens)
  const model = asModelName(ENDPOINT, answer.model)
  return { model, vectorType, data: encoded(data, encoding), totalTokens }
}

function encoded<E extends Encoding>(embeddings: Decoded[], encoding: E | undefined): Embedding<E>[] {
  const given: unknown[] = encoding === 'float32' ? embeddings.map(asFloat32) : embeddings
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
  const values = floats(`${where}.values`, item.values, arrays)
  // It has no direction, and no index accepts it: "Dense vectors must contain at least one non-zero value".
  if (values.length > 0 && isZero(values)) {
    throw broken(ENDPOINT, `${where}.values holds only zeros`)
  }
  return { vectorType: 'dense', values }
}

function decodeSparse(where: string, item: Record<string, unknown>, arrays: NumberArrays): DecodedSparse {
  const sparseValues = floats(`${where}.sparse_values`, item.sparse_values, arrays)
  const sparseIndices =
    arrays.of(item.sparse_indices) ?? asNumbers(`${where}.sparse_indices`, item.sparse_indices)
  if (sparseIndices.length !== sparseValues.length) {
    throw broken(
      ENDPOINT,
      `${where} has ${sparseIndices.length} sparse_indices for ${counted(sparseValues.length, 'value')}`,
    )
  }
  const stray = sparseIndices.find((index) => !Number.isInteger(index) || index < 0 || index > 0xffff_ffff)
  if (stray !== undefined) throw broken(ENDPOINT, `${where}.sparse_indices holds ${stray}`)
  // A term has one weight. An empty vector is valid: its text has no term that counts.
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

/** A list that holds no numbers if the answer is valid. */
function listOf(where: string, value: unknown, arrays: NumberArrays): unknown[] {
  const numbers = arrays.of(value)
  return numbers ? Array.from(numbers) : asArray(ENDPOINT, where, value)
}

/** As 32-bit floats, whichever encoding was requested. */
function isZero(values: ArrayLike<number>): boolean {
  let i = 0
  while (i < values.length && Math.fround(values[i] ?? 0) === 0) i++
  return i === values.length
}

/** From here on a double is infinite as a 32-bit float, which is what the contract and an index hold. */
const FLOAT_LIMIT = 3.4028235677973366e38

function floats(where: string, value: unknown, arrays: NumberArrays): Numbers {
  const read = arrays.of(value)
  if (read) return read
  const numbers = asNumbers(where, value)
  const at = numbers.findIndex((number) => Math.abs(number) >= FLOAT_LIMIT)
  if (at >= 0) throw broken(ENDPOINT, `${where}[${at}] is ${numbers[at]}, too large for 32 bits`)
  return numbers
}

function asNumbers(where: string, value: unknown): number[] {
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

interface DecodedDense {
  vectorType: 'dense'
  values: Numbers
}

interface DecodedSparse {
  vectorType: 'sparse'
  sparseValues: Numbers
  sparseIndices: Numbers
  sparseTokens?: string[]
}

/** An embedding in the arrays that its numbers were read into. */
type Decoded = DecodedDense | DecodedSparse

/** The same vector in 32-bit arrays. */
function asFloat32(embedding: Decoded): DenseEmbedding<'float32'> | SparseEmbedding<'float32'> {
  if (embedding.vectorType === 'dense') return { ...embedding, values: float32s(embedding.values) }
  return {
    ...embedding,
    sparseValues: float32s(embedding.sparseValues),
    sparseIndices: Uint32Array.from(embedding.sparseIndices),
  }
}

function float32s(numbers: Numbers): Float32Array {
  return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers)
}
