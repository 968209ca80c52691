import type {
  AsGiven,
  HostedEmbedModel,
  HostedEmbedParameters,
  HostedVectorType,
  VectorType,
} from './models.js'

/** Name of a hosted model. Any other string works too, and is looked up with `GET /models/{name}`. */
export type EmbedModel = HostedEmbedModel | (string & {})

/** How to embed. Sent as the API's snake_case `parameters`; keys not listed here are passed on. */
export interface EmbedParameters {
  /** `passage` for texts to be searched, `query` for texts to search with. Every hosted model requires it. */
  inputType?: 'query' | 'passage' | (string & {}) | undefined
  /** What to do with an input over the model's token limit: cut its end (default), cut its start, or refuse it. */
  truncate?: 'END' | 'START' | 'NONE' | (string & {}) | undefined
  /** Length of a dense vector, one that the model supports. Default: the model's own. */
  dimension?: number | undefined
  /** Sparse models: also return the tokens that the indices stand for. Default false. */
  returnTokens?: boolean | undefined
  /** `pinecone-sparse-english-v0`: maximum tokens per text, 512 or 2048. Default 512. */
  maxTokensPerSequence?: number | undefined
  [parameter: string]: unknown
}

/** `EmbedParameters`, narrowed to what the model accepts if the code names a hosted one. */
export type EmbedParametersOf<M extends EmbedModel, Given = unknown> = [M] extends [HostedEmbedModel]
  ? AsGiven<Given, EmbedParameters, HostedEmbedParameters<M>>
  : EmbedParameters

/** A vector's length: one that the model supports, or a number known only at run time. */
export type DimensionOf<M extends EmbedModel, Given extends number = never> = number extends Given
  ? Given
  : NonNullable<EmbedParametersOf<M>['dimension']>

/**
 * Form of the vectors: `number` for `number[]`, `float32` for typed arrays, which take half the memory. No precision is
 * lost, because the service computes in 32 bits or fewer.
 */
export type Encoding = 'number' | 'float32'

export interface EmbedRequest<E extends Encoding = 'number', M extends EmbedModel = EmbedModel, P = unknown> {
  model: M
  /** The texts to embed. None may be empty. */
  inputs: readonly string[]
  parameters?: EmbedParametersOf<M, P> | undefined
  /** Default `number`. */
  encoding?: E | undefined
}

export interface EmbedStreamRequest<
  E extends Encoding = 'number',
  M extends EmbedModel = EmbedModel,
  P = unknown,
> {
  model: M
  /** The texts to embed, read only as fast as there is room for them. */
  inputs: Iterable<string> | AsyncIterable<string>
  parameters?: EmbedParametersOf<M, P> | undefined
  /** Default `number`. */
  encoding?: E | undefined
}

/** Type of a model's vectors, known if the code names a hosted one. */
export type VectorTypeOf<M extends EmbedModel> = M extends HostedEmbedModel ? HostedVectorType<M> : VectorType

export interface DenseEmbedding<E extends Encoding = 'number'> {
  vectorType: 'dense'
  /** One finite number per dimension. */
  values: E extends 'float32' ? Float32Array : number[]
}

export interface SparseEmbedding<E extends Encoding = 'number'> {
  vectorType: 'sparse'
  /** One weight per index. */
  sparseValues: E extends 'float32' ? Float32Array : number[]
  /** Unsigned 32-bit term ids. */
  sparseIndices: E extends 'float32' ? Uint32Array : number[]
  /** The terms, with `returnTokens: true`. */
  sparseTokens?: string[]
}

interface EmbeddingsByType<E extends Encoding> {
  dense: DenseEmbedding<E>
  sparse: SparseEmbedding<E>
}

/** A dense or a sparse vector; `vectorType` tells which. */
export type Embedding<
  E extends Encoding = 'number',
  V extends VectorType = VectorType,
> = EmbeddingsByType<E>[V]

export interface EmbedUsage {
  /** Tokens that the service counted for this call. */
  totalTokens: number
}

export interface EmbedResult<E extends Encoding = 'number', V extends VectorType = VectorType> {
  model: string
  vectorType: V
  /** One embedding per input, in input order. */
  data: Embedding<E, V>[]
  usage: EmbedUsage
}

/** One embedding of a stream. */
export interface StreamedEmbedding<E extends Encoding = 'number', V extends VectorType = VectorType> {
  /** Position of its input, from 0. */
  index: number
  embedding: Embedding<E, V>
  /** The model that served it, the same for the whole stream. */
  model: string
}
