import { ApiError, unknownField } from '../http/api-error.js'
import { field, isObject, type JsonObject } from '../http/read-json.js'
import { checkParameters, type Parameters } from '../models/check-parameters.js'
import { findModel } from '../models/find-model.js'
import type { ModelInfo } from '../models/hosted-models.js'

export interface EmbedRequest {
  readonly model: ModelInfo
  readonly texts: readonly string[]
  readonly parameters: Parameters
}

/** Checks the body of `POST /embed` against the contract and the model's limits. */
export function readEmbedRequest(body: JsonObject, models: readonly ModelInfo[]): EmbedRequest {
  const name = field(body, 'model')
  if (typeof name !== 'string') throw ApiError.invalid("'model' must be a string")
  const model = findModel(models, name, 'embed')

  const inputs = field(body, 'inputs')
  if (!Array.isArray(inputs))
    throw ApiError.invalid('\'inputs\' must be an array of objects such as {"text": "…"}')
  if (inputs.length === 0) throw ApiError.invalid("'inputs' is empty; it must hold at least one text")
  if (inputs.length > model.max_batch_size) {
    throw ApiError.invalid(
      `Input length '${inputs.length}' exceeded inputs limit of ${model.max_batch_size} for model '${model.model}'`,
    )
  }
  const texts = inputs.map((input: unknown, index) => {
    if (!isObject(input)) {
      throw ApiError.invalid(`inputs[${index}] must be an object with a string in 'text'`)
    }
    for (const name of Object.keys(input)) {
      if (name !== 'text') throw ApiError.unreadable(`inputs[${index}]`, unknownField(name, ['text']))
    }
    const text = field(input, 'text')
    if (text === undefined) throw ApiError.unreadable(`inputs[${index}]`, 'missing field `text`')
    if (typeof text !== 'string') {
      throw ApiError.invalid(`inputs[${index}] must be an object with a string in 'text'`)
    }
    return text
  })

  const parameters = field(body, 'parameters') ?? {}
  if (field(body, 'parameters') === null || !isObject(parameters)) {
    throw ApiError.invalid("'parameters' must be an object")
  }
  return { model, texts, parameters: checkParameters(model, parameters) }
}
