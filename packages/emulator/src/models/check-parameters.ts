import { ApiError } from '../http/api-error.js'
import { parametersOf } from './hosted-models.js'
import type { ModelInfo, ParameterValue, SupportedParameter } from './model-info.js'

export type Parameters = Readonly<Record<string, ParameterValue>>

/** The request's parameters with the model's defaults; 400 where they are not what the model declares. */
export function checkParameters(model: ModelInfo, given: Readonly<Record<string, unknown>>): Parameters {
  const supported = parametersOf(model)
  for (const name of Object.keys(given)) {
    if (!supported.some(({ parameter }) => parameter === name)) {
      const names = supported.map(({ parameter }) => `'${parameter}'`).join(', ')
      throw ApiError.invalid(
        `Parameter '${name}' is not supported by model '${model.model}'. Supported: ${names}`,
      )
    }
  }
  const checked: Record<string, ParameterValue> = {}
  for (const declared of supported) {
    const value = Object.hasOwn(given, declared.parameter) ? given[declared.parameter] : undefined
    if (value !== undefined) {
      checked[declared.parameter] = checkValue(model, declared, value)
    } else if (declared.required) {
      throw ApiError.invalid(
        `Missing required parameter '${declared.parameter}' for model '${model.model}'; ${allowedText(declared)}`,
      )
    } else if (declared.default !== undefined) {
      checked[declared.parameter] = declared.default
    }
  }
  return checked
}

function checkValue(model: ModelInfo, declared: SupportedParameter, value: unknown): ParameterValue {
  if (!hasType(value, declared.value_type) || !isAllowed(value, declared)) {
    throw ApiError.invalid(
      `Parameter '${declared.parameter}' is ${shown(value)} for model '${model.model}'; ${allowedText(declared)}`,
    )
  }
  return value
}

function hasType(value: unknown, type: SupportedParameter['value_type']): value is ParameterValue {
  switch (type) {
    case 'integer':
      return Number.isInteger(value)
    case 'float':
      return typeof value === 'number'
    default:
      return typeof value === type
  }
}

function isAllowed(value: ParameterValue, declared: SupportedParameter): boolean {
  switch (declared.type) {
    case 'one_of':
      return declared.allowed_values?.some((allowed) => allowed === value) ?? true
    case 'numeric_range':
      return (
        Number(value) >= (declared.min ?? Number.NEGATIVE_INFINITY) &&
        Number(value) <= (declared.max ?? Number.POSITIVE_INFINITY)
      )
    case 'any':
      return true
  }
}

function allowedText(declared: SupportedParameter): string {
  switch (declared.type) {
    case 'one_of':
      return `allowed values: ${declared.allowed_values?.map((value) => JSON.stringify(value)).join(', ')}`
    case 'numeric_range':
      return `allowed: ${declared.value_type} from ${declared.min} to ${declared.max}`
    case 'any':
      return `allowed: any ${declared.value_type}`
  }
}

function shown(value: unknown): string {
  const kind = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value
  if (kind === 'object' || kind === 'an array') return kind === 'object' ? 'an object' : kind
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
