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
  /** The value that the service uses if a request leaves it out. */
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

/** What the client has to know about a model before it sends anything. */
export interface ModelFacts {
  readonly type: 'embed' | 'rerank'
  readonly vectorType?: 'dense' | 'sparse'
  /** Maximum inputs, or documents, per request. */
  readonly maxBatchSize: number
  /** Dimensions that its vectors can have, if any. */
  readonly dimensions?: readonly number[]
  /** Dimension of its vectors if none is requested. */
  readonly defaultDimension?: number
  /** Maximum tokens of an input; for most rerankers, of a query and a document together. */
  readonly maxSequenceLength?: number
  /** Parameters, in camelCase, without which the service refuses a request. */
  readonly required: readonly string[]
  /** Parameters that take one of a list of values. */
  readonly oneOf: Readonly<Record<string, readonly (string | number)[]>>
  /** Parameters that take a whole number, with minimum and maximum. */
  readonly wholeNumbers?: Readonly<Record<string, readonly [min: number, max: number]>>
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

/** The parameters for which a hosted model has a list of values, by the API's names. */
type Lists<M extends HostedModel> = M extends HostedModel
  ? {
      [P in Extract<
        Info<M>['supported_parameters'][number],
        { allowed_values: unknown }
      > as P['parameter']]: P['allowed_values']
    }
  : never

/** Type of the vectors that a hosted model makes. */
export type HostedVectorType<M extends HostedEmbedModel> = Info<M>['vector_type']

/** The parameters for which a hosted embedding model has a list of values. */
export type HostedEmbedParameters<M extends HostedEmbedModel> = {
  inputType?: Lists<HostedEmbedModel>['input_type'][number] | undefined
  truncate?: HostedTruncate<M> | undefined
  dimension?: HostedDimension<M> | undefined
}

/** The parameters for which a hosted reranker has a list of values. */
export type HostedRerankParameters<M extends HostedRerankModel> = {
  truncate?: HostedTruncate<M> | undefined
}

/** What a hosted model can be told to do with an input over its token limit; `undefined` if nothing. */
type HostedTruncate<M extends HostedModel> =
  Lists<M> extends { truncate: readonly (infer T)[] } ? T : undefined

/** Lengths that a hosted model's vectors can have; `undefined` for a sparse model. */
export type HostedDimension<M extends HostedEmbedModel> =
  Info<M> extends { supported_dimensions: readonly (infer D)[] } ? D : undefined

/**
 * The parameters as given if they are `Parameters` with these `Values`; otherwise those allowed, so that the compiler
 * reports the difference. A `string` or `number` known only at run time passes: it is checked before it is sent.
 */
export type AsGiven<Given, Parameters, Values> = [Given] extends [Parameters & OrUnknown<Values, Given>]
  ? Given
  : Parameters & Values

type OrUnknown<Values, Given> = {
  [K in keyof Values]: Values[K] | (K extends keyof Given ? UnknownValue<Given[K]> : never)
}

type UnknownValue<V> = string extends V ? string : number extends V ? number : never
