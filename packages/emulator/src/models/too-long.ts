import { ApiError } from '../http/api-error.js'
import type { ModelInfo } from './model-info.js'

/** What `truncate: "NONE"` answers to a text above the model's limit. */
export function inputTooLong(model: ModelInfo, index: number, tokens: number, limit: number): ApiError {
  return ApiError.invalid(
    `inputs[${index}] has ${tokens} tokens; model '${model.model}' takes ${limit}, and 'truncate' is NONE`,
  )
}

/** A query that leaves no room for a document. */
export function queryTooLong(model: ModelInfo, tokens: number): ApiError {
  return ApiError.invalid(
    `'query' has ${tokens} tokens; model '${model.model}' takes ${model.max_sequence_length} for query and document together`,
  )
}

/** What `truncate: "NONE"` answers to a query and document above the model's limit. */
export function pairTooLong(model: ModelInfo, index: number, tokens: number): ApiError {
  return ApiError.invalid(
    `query and documents[${index}] have ${tokens} tokens together; ` +
      `model '${model.model}' takes ${model.max_sequence_length}, and 'truncate' is NONE`,
  )
}
