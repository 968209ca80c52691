import type { VectorType } from './embed.js'

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
  /** What it may be, for `one_of`. */
  allowedValues?: (string | number)[]
  /** The least it may be, itself included, for `numeric_range`. */
  min?: number
  /** The most it may be, itself included, for `numeric_range`. */
  max?: number
  /** What the service takes for a request without it. */
  default?: string | number | boolean
}

/** What `GET /models/{name}` says of a model. */
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
  /** Lower case, whichever way the service spells them. */
  supportedMetrics?: string[]
  supportedParameters: SupportedParameter[]
}

export interface ModelList {
  models: ModelInfo[]
}
