import type {
  AsGiven,
  HostedEmbedModel,
  HostedEmbedParameters,
  HostedVectorType,
  VectorType,
} from './models.js'

/** A hosted model's name; any other string works too, and is then looked up with `GET /models/{name}`. */
export type EmbedModel = HostedEmbedModel | (string & {})

/** How to embed. Sent as the API's snake_case `parameters`; keys not listed here are passed on. */
export interface EmbedParameters {
  /** `passage` for what is searched, `query` for what it is searched with. Every hosted model needs it. */
  inputType?: 'query' | 'passage' | (string & {}) | undefined
  /** What to do with an input over the model's token limit: cut its end (default) or start, or refuse it. */
  truncate?: 'END' | 'START' | 'NONE' | (string & {}) | undefined
  /** Length of a dense vector, one of the model's. Default: the model's own. */
  dimension?: number | undefined
  /** Sparse models: also return the tokens the indices stand for. Default false. */
  returnTokens?: boolean | undefined
  /** `pinecone-sparse-english-v0`: tokens a text may have, 512 or 2048. Default 512. */
  maxTokensPerSequence?: number | undefined
  [parameter: string]: unknown
}

/** `EmbedParameters`, narrowed to what the model takes where it is a hosted one that the code names. */
export type EmbedParametersOf<M extends EmbedModel, Given = unknown> = [M] extends [HostedEmbedModel]
  ? AsGiven<Given, EmbedParameters, HostedEmbedParameters<M>>
  : EmbedParameters

/** A vector's length: one of the model's, or a number that is only known when the program runs. */
export type DimensionOf<M extends EmbedModel, Given extends number = never> = number extends Given
  ? Given
  : NonNullable<EmbedParametersOf<M>['dimension']>

/**
 * In which form the vectors are given: `number` as `number[]`; `float32` as typed arrays of half the memory, for those
 * who store them. The service computes in 32 bits or fewer, so nothing it knows is lost.
 */
export type Encoding = 'number' | 'float32'

export interface EmbedRequest<E extends Encoding = 'number', M extends EmbedModel = EmbedModel, P = unknown> {
  model: M
  /** The texts, none of them empty. */
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
  /** The texts, pulled only as fast as there is room for them. */
  inputs: Iterable<string> | AsyncIterable<string>
  parameters?: EmbedParametersOf<M, P> | undefined
  /** Default `number`. */
  encoding?: E | undefined
}

/** The vectors that a model makes: known for a hosted one that the code names. */
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

/** A dense or a sparse vector, which `vectorType` tells apart. */
export type Embedding<
  E extends Encoding = 'number',
  V extends VectorType = VectorType,
> = EmbeddingsByType<E>[V]

export interface EmbedUsage {
  /** Tokens the service counted for this call. */
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
  /** The position of its input, from 0. */
  index: number
  embedding: Embedding<E, V>
  /** The model that served it, the same for the whole stream. */
  model: string
}
