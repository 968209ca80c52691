import { ApiError } from '../http/api-error.js'
import { type ModelInfo, withoutAlias } from './hosted-models.js'

/**
 * The model with this name and, if given, type; otherwise the API's 404, or 400 for a wrong type. With a type, as in a
 * request to embed or rerank, the name may be an alias.
 */
export function findModel(models: readonly ModelInfo[], name: string, type?: ModelInfo['type']): ModelInfo {
  const supported = models.filter((model) => type === undefined || model.type === type)
  const names = supported.map((model) => `'${model.model}'`).join(', ')
  const model = models.find(
    (candidate) => candidate.model === (type === undefined ? name : withoutAlias(name)),
  )
  if (!model) throw new ApiError(404, 'NOT_FOUND', `Model '${name}' not found. Supported models: ${names}`)
  if (!supported.includes(model)) {
    throw ApiError.invalid(`Model '${name}' does not support ${type}. Models that do: ${names}`)
  }
  return model
}

/** The models of a type and a vector type; without either, all. */
export function listModels(
  models: readonly ModelInfo[],
  type: string | undefined,
  vectorType: string | undefined,
): readonly ModelInfo[] {
  checkFilter('type', type, ['embed', 'rerank'])
  checkFilter('vector_type', vectorType, ['dense', 'sparse'])
  if (type === 'rerank' && vectorType !== undefined) {
    throw ApiError.invalid("Query parameter 'vector_type' goes only with type 'embed'")
  }
  return models.filter(
    (model) =>
      (type === undefined || model.type === type) &&
      (vectorType === undefined || model.vector_type === vectorType),
  )
}

function checkFilter(name: string, value: string | undefined, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value)) {
    throw ApiError.invalid(`Query parameter '${name}' is '${value}'; allowed: ${allowed.join(', ')}`)
  }
}
