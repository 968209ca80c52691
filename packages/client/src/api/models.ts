import type { hostedModels } from '../../../../spec/hosted-models.js'

export type VectorType = 'dense' | 'sparse'

export interface ListModelsFilter {
  type?: 'embed' | 'rerank' | undefined
  /** Only for `type: 'embed'`. */
  vectorType?: VectorType | undefined
}

/** A parameter of a model, as the service declares it. */
export interface SupportedParameter {
  /** The API's own name for it, in snake_case: `input_type`. */
  parameter: string
  /** `one_of`, `numeric_range` or `any`. */
  type: string
  /** `string`, `integer`, `float` or `boolean`. */
  valueType: string
  /** Whether a request without it is refused. */
  required: boolean
  /** The allowed values, for `one_of`. */
  allowedValues?: (string | number)[]
  /** The minimum, inclusive, for `numeric_range`. */
  min?: number
  /** The maximum, inclusive, for `numeric_range`. */
  max?: number
  /** What the service uses if a request leaves it out. */
  default?: string | number | boolean
}

/** What `GET /models/{name}` says about a model. */
export interface ModelInfo {
  model: string
  shortDescription: string
  /** `embed` or `rerank`. */
  type: string
  vectorType?: string
  defaultDimension?: number
  modality?: string
  /** Tokens per input (embed) or per query and document (rerank). */
  maxSequenceLength?: number
  /** Inputs, or documents, per request. */
  maxBatchSize?: number
  providerName?: string
  supportedDimensions?: number[]
  /** In lower case, however the service spells them. */
  supportedMetrics?: string[]
  supportedParameters: SupportedParameter[]
}

export interface ModelList {
  models: ModelInfo[]
}

/** What the client needs to know about a model before it sends anything. */
export interface ModelFacts {
  readonly type: 'embed' | 'rerank'
  readonly vectorType?: 'dense' | 'sparse'
  /** Inputs, or documents, that one request may hold. */
  readonly maxBatchSize: number
  /** The dimensions of its vectors, where the model has any. */
  readonly dimensions?: readonly number[]
  /** The dimension of its vectors where none is asked for. */
  readonly defaultDimension?: number
  /** Tokens of an input; of a query and a document together for most rerankers. */
  readonly maxSequenceLength?: number
  /** Parameters, in the client's spelling, without which the service refuses a request. */
  readonly required: readonly string[]
  /** Parameters that take one of a list. */
  readonly oneOf: Readonly<Record<string, readonly (string | number)[]>>
  /** Parameters that take a whole number, with the least and the most. */
  readonly wholeNumbers?: Readonly<Record<string, readonly [least: number, most: number]>>
  /** How many fields `rankFields` may name. */
  readonly maxRankFields?: number
}

type Rows = typeof hostedModels

export type HostedModel = keyof Rows
export type HostedEmbedModel = {
  [M in HostedModel]: Rows[M]['info']['type'] extends 'embed' ? M : never
}[HostedModel]
export type HostedRerankModel = Exclude<HostedModel, HostedEmbedModel>

type Info<M extends HostedModel> = Rows[M]['info']

/** The parameters that a hosted model has a list of values for, under the API's own names. */
type Lists<M extends HostedModel> = M extends HostedModel
  ? {
      [P in Extract<
        Info<M>['supported_parameters'][number],
        { allowed_values: unknown }
      > as P['parameter']]: P['allowed_values']
    }
  : never

/** The vectors that a hosted model makes. */
export type HostedVectorType<M extends HostedEmbedModel> = Info<M>['vector_type']

/** The parameters that a hosted embed model has a list of values for. */
export type HostedEmbedParameters<M extends HostedEmbedModel> = {
  inputType?: Lists<HostedEmbedModel>['input_type'][number] | undefined
  truncate?: HostedTruncate<M> | undefined
  dimension?: HostedDimension<M> | undefined
}

/** The parameters that a hosted reranker has a list of values for. */
export type HostedRerankParameters<M extends HostedRerankModel> = {
  truncate?: HostedTruncate<M> | undefined
}

/** What a hosted model can be told to do with an input over its token limit; `undefined` if nothing. */
type HostedTruncate<M extends HostedModel> =
  Lists<M> extends { truncate: readonly (infer T)[] } ? T : undefined

/** The lengths that a hosted model's vectors can have; `undefined` for a sparse model. */
export type HostedDimension<M extends HostedEmbedModel> =
  Info<M> extends { supported_dimensions: readonly (infer D)[] } ? D : undefined

/**
 * The parameters as given if they are `Parameters` with these `Values`; otherwise what they may be, so that the
 * compiler says so. A value of type `string` or `number`, known only at run time, passes: it is checked before it is
 * sent.
 */
export type AsGiven<Given, Parameters, Values> = [Given] extends [Parameters & OrUnknown<Values, Given>]
  ? Given
  : Parameters & Values

type OrUnknown<Values, Given> = {
  [K in keyof Values]: Values[K] | (K extends keyof Given ? UnknownValue<Given[K]> : never)
}

type UnknownValue<V> = string extends V ? string : number extends V ? number : never
