import type {
  DenseEmbedding,
  Embedding,
  EmbedRequest,
  EmbedResult,
  Encoding,
  SparseEmbedding,
  VectorType,
} from '../api/embed.js'
import { kindOf } from '../errors/as-written.js'
import type { components } from '../generated/openapi.js'
import { hostedModel } from '../models/hosted-models.js'
import { asArray, asCount, asFiniteNumber, asObject, asString, broken, parseAnswer } from './answer.js'
import type { AnswerReader } from './answer-reader.js'
import { Chunks } from './chunks.js'
import { asFloat32 } from './float32.js'
import { NumberArrayReader } from './number-arrays.js'
import { wireParameters } from './parameters.js'

type WireEmbedRequest = components['schemas']['EmbedRequest']

const ENDPOINT = 'POST /embed'

/** The body of `POST /embed`. */
export function encodeEmbedRequest(request: EmbedRequest<Encoding>): string {
  const body: WireEmbedRequest = {
    model: request.model,
    inputs: request.inputs.map((text) => ({ text })),
  }
  const parameters = request.parameters && wireParameters(sentParameters(request))
  if (parameters && Object.keys(parameters).length > 0) body.parameters = parameters
  return JSON.stringify(body)
}

/** A model with a single dimension declares no such parameter, so naming that dimension is not sent. */
function sentParameters({ model, parameters }: EmbedRequest<Encoding>): Record<string, unknown> {
  const fixed = hostedModel(model)?.dimensions?.length === 1
  return fixed ? { ...parameters, dimension: undefined } : { ...parameters }
}

/** An answer, which may leave out what was counted. */
export type Embedded<E extends Encoding> = Omit<EmbedResult<E>, 'usage'> & {
  readonly totalTokens: number | undefined
}

/**
 * The answer of `POST /embed`, checked: one embedding per input, all of one type and dimension, all finite.
 * Its numbers are decoded while it arrives, so the last chunk leaves little to do.
 */
export function embedAnswer<E extends Encoding>(request: EmbedRequest<E>): AnswerReader<Embedded<E>> {
  const numbers = new NumberArrayReader()
  const chunks = new Chunks()
  return {
    push(chunk) {
      numbers.push(chunk)
      chunks.add(chunk)
    },
    end() {
      const answer = numbers.end() ?? parseAnswer(ENDPOINT, chunks.text())
      return decodeEmbeddings(asObject(ENDPOINT, 'the answer', answer), request, numbers)
    },
  }
}

function decodeEmbeddings<E extends Encoding>(
  answer: Record<string, unknown>,
  request: EmbedRequest<E>,
  checked: NumberArrayReader,
): Embedded<E> {
  const data = asArray(ENDPOINT, 'data', answer.data)
  if (data.length !== request.inputs.length) {
    throw broken(ENDPOINT, `${data.length} embeddings for ${request.inputs.length} inputs`)
  }
  const vectorType = asVectorType('vector_type', answer.vector_type)
  const known = hostedModel(request.model)?.vectorType
  if (known !== undefined && vectorType !== known) {
    throw broken(ENDPOINT, `vector_type is ${vectorType}, where ${request.model} makes ${known} vectors`)
  }
  const embeddings = data.map((item, i) => decodeEmbedding(item, i, vectorType, checked))
  checkDimensions(embeddings, request.parameters?.dimension)
  const usage = asObject(ENDPOINT, 'usage', answer.usage)
  return {
    model: asString(ENDPOINT, 'model', answer.model),
    vectorType,
    data: encoded(embeddings, request.encoding),
    totalTokens: asCount(ENDPOINT, 'usage.total_tokens', usage.total_tokens),
  }
}

function encoded<E extends Encoding>(embeddings: Embedding[], encoding: E | undefined): Embedding<E>[] {
  const given: Embedding<Encoding>[] =
    encoding === 'float32'
      ? embeddings.map((embedding, i) => asFloat32(ENDPOINT, `data[${i}]`, embedding))
      : embeddings
  return given as Embedding<E>[]
}

function decodeEmbedding(
  value: unknown,
  index: number,
  vectorType: VectorType,
  checked: NumberArrayReader,
): Embedding {
  const where = `data[${index}]`
  const item = asObject(ENDPOINT, where, value)
  const own = asVectorType(`${where}.vector_type`, item.vector_type)
  if (own !== vectorType) throw broken(ENDPOINT, `${where} is ${own} in a ${vectorType} answer`)
  return own === 'dense' ? decodeDense(where, item, checked) : decodeSparse(where, item, checked)
}

function decodeDense(
  where: string,
  item: Record<string, unknown>,
  checked: NumberArrayReader,
): DenseEmbedding {
  return { vectorType: 'dense', values: finiteNumbers(`${where}.values`, item.values, checked) }
}

function decodeSparse(
  where: string,
  item: Record<string, unknown>,
  checked: NumberArrayReader,
): SparseEmbedding {
  const sparseValues = finiteNumbers(`${where}.sparse_values`, item.sparse_values, checked)
  const sparseIndices = finiteNumbers(`${where}.sparse_indices`, item.sparse_indices, checked)
  if (sparseIndices.length !== sparseValues.length) {
    throw broken(ENDPOINT, `${where} has ${sparseIndices.length} indices for ${sparseValues.length} values`)
  }
  const stray = sparseIndices.find((index) => !Number.isInteger(index) || index < 0 || index > 0xffff_ffff)
  if (stray !== undefined) throw broken(ENDPOINT, `${where}.sparse_indices holds ${stray}`)
  const tokens = item.sparse_tokens
  if (tokens === undefined || tokens === null) return { vectorType: 'sparse', sparseValues, sparseIndices }
  const sparseTokens = asArray(ENDPOINT, `${where}.sparse_tokens`, tokens).map((token, i) =>
    asString(ENDPOINT, `${where}.sparse_tokens[${i}]`, token),
  )
  if (sparseTokens.length !== sparseValues.length) {
    throw broken(ENDPOINT, `${where} has ${sparseTokens.length} tokens for ${sparseValues.length} values`)
  }
  return { vectorType: 'sparse', sparseValues, sparseIndices, sparseTokens }
}

function finiteNumbers(where: string, value: unknown, checked: NumberArrayReader): number[] {
  if (checked.holds(value)) return value
  const numbers = asArray(ENDPOINT, where, value)
  for (let i = 0; i < numbers.length; i++) {
    if (!Number.isFinite(numbers[i])) asFiniteNumber(ENDPOINT, `${where}[${i}]`, numbers[i])
  }
  return numbers as number[]
}

function checkDimensions(embeddings: readonly Embedding[], requested: number | undefined): void {
  let dimension = requested
  embeddings.forEach((embedding, i) => {
    if (embedding.vectorType === 'sparse') return
    const { length } = embedding.values
    dimension ??= length
    if (length !== dimension || length === 0) {
      const expected = requested === undefined ? `data[0] has ${dimension}` : `${requested} were asked for`
      throw broken(ENDPOINT, `data[${i}] has ${length} dimensions, ${expected}`)
    }
  })
}

function asVectorType(where: string, value: unknown): VectorType {
  if (value !== 'dense' && value !== 'sparse') {
    throw broken(ENDPOINT, `${where} is ${kindOf(value)}, not dense or sparse`)
  }
  return value
}
