import { ApiError } from '../http/api-error.js'
import type { ModelInfo } from './hosted-models.js'

/** The answer to a text above the model's limit with `truncate: "NONE"`; the service's wording is not recorded. */
export function inputTooLong(model: ModelInfo, index: number, tokens: number, limit: number): ApiError {
  return ApiError.invalid(
    `Input at index ${index} has ${tokens} tokens, which exceeds the maximum token limit of ${limit} for model '${model.model}'. Consider setting "parameters.truncate" to "END" to truncate long inputs.`,
  )
}

/**
 * The answer to a query and document above the model's limit with `truncate: "NONE"`, and to any query that leaves no
 * room for a document. It names no index. Wording: answers of the service recorded in public code (2026-11-28).
 */
export function pairTooLong(model: ModelInfo, tokens: number): ApiError {
  return ApiError.invalid(
    `Request contains a query+document pair with ${tokens} tokens, which exceeds the maximum token limit of ${model.max_sequence_length} for each query+document pair. Consider setting "parameters.truncate" to "END" to truncate long query+document pairs.`,
  )
}
