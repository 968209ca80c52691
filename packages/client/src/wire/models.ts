import type { ModelInfo, ModelList, SupportedParameter } from '../api/models.js'
import {
  type AnswerReader,
  asArray,
  asFiniteNumber,
  asObject,
  asSize,
  asString,
  broken,
  wholeAnswer,
} from './answer.js'

/** The answer of `GET /models`. */
export function modelListAnswer(): AnswerReader<ModelList> {
  const endpoint = 'GET /models'
  return wholeAnswer(endpoint, ({ models }) => ({
    models: asArray(endpoint, 'models', models ?? []).map((item) => decodeModel(endpoint, item)),
  }))
}

/** The answer of `GET /models/{name}`. */
export function modelInfoAnswer(): AnswerReader<ModelInfo> {
  const endpoint = 'GET /models/{name}'
  return wholeAnswer(endpoint, (answer) => decodeModel(endpoint, answer))
}

/** One model, checked; `endpoint` names the answer in errors. */
export function decodeModel(endpoint: string, value: unknown): ModelInfo {
  const item = asObject(endpoint, 'a model', value)
  const text = (name: string) => optional(item[name], (v) => asString(endpoint, name, v))
  const count = (name: string) => optional(item[name], (v) => asFiniteNumber(endpoint, name, v))
  return present<ModelInfo>({
    model: asString(endpoint, 'model', item.model),
    shortDescription: asString(endpoint, 'short_description', item.short_description),
    type: asString(endpoint, 'type', item.type),
    vectorType: text('vector_type'),
    defaultDimension: count('default_dimension'),
    modality: text('modality'),
    maxSequenceLength: count('max_sequence_length'),
    maxBatchSize: optional(item.max_batch_size, (v) => asSize(endpoint, 'max_batch_size', v)),
    providerName: text('provider_name'),
    supportedDimensions: optional(item.supported_dimensions, (v) =>
      asArray(endpoint, 'supported_dimensions', v).map((d) => asFiniteNumber(endpoint, 'a dimension', d)),
    ),
    // The service spells them "Cosine", although the contract's enum is in lower case.
    supportedMetrics: optional(item.supported_metrics, (v) =>
      asArray(endpoint, 'supported_metrics', v).map((m) => asString(endpoint, 'a metric', m).toLowerCase()),
    ),
    supportedParameters: asArray(endpoint, 'supported_parameters', item.supported_parameters).map((p) =>
      decodeParameter(endpoint, p),
    ),
  })
}

function decodeParameter(endpoint: string, value: unknown): SupportedParameter {
  const item = asObject(endpoint, 'a supported parameter', value)
  const bound = (name: string) => optional(item[name], (v) => asFiniteNumber(endpoint, name, v))
  return present<SupportedParameter>({
    parameter: asString(endpoint, 'parameter', item.parameter),
    type: asString(endpoint, 'type', item.type),
    valueType: asString(endpoint, 'value_type', item.value_type),
    required: item.required === true,
    allowedValues: optional(item.allowed_values, (v) =>
      asArray(endpoint, 'allowed_values', v).map((allowed) => {
        if (typeof allowed === 'string' || typeof allowed === 'number') return allowed
        throw broken(endpoint, 'allowed_values holds neither strings nor numbers')
      }),
    ),
    min: bound('min'),
    max: bound('max'),
    default: optional(item.default, (v) => {
      if (typeof v === 'string' || typeof v === 'number' || typeof v === 'boolean') return v
      throw broken(endpoint, 'default is not a string, number or boolean')
    }),
  })
}

function optional<T>(value: unknown, decode: (value: unknown) => T): T | undefined {
  return value === undefined || value === null ? undefined : decode(value)
}

type Loose<T> = { [K in keyof T]: T[K] | (undefined extends T[K] ? undefined : never) } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: T[K] | undefined
}

/** The same object without its undefined properties. */
function present<T extends object>(object: Loose<T>): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T
}
