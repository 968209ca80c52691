/** One model as `GET /models` shows it (schema `ModelInfo` of the contract). */
export interface ModelInfo {
  readonly model: string
  readonly short_description: string
  readonly type: 'embed' | 'rerank'
  readonly vector_type?: 'dense' | 'sparse'
  readonly default_dimension?: number
  readonly modality: string
  readonly max_sequence_length: number
  readonly max_batch_size: number
  readonly provider_name: string
  readonly supported_dimensions?: readonly number[]
  readonly supported_metrics?: readonly string[]
  readonly supported_parameters: readonly SupportedParameter[]
}

export type ParameterValue = string | number | boolean

export interface SupportedParameter {
  readonly parameter: string
  readonly type: 'one_of' | 'numeric_range' | 'any'
  readonly value_type: 'string' | 'integer' | 'float' | 'boolean'
  readonly required: boolean
  readonly allowed_values?: readonly (string | number)[]
  readonly min?: number
  readonly max?: number
  readonly default?: ParameterValue
}
