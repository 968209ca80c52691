import { ApiError, unknownField } from '../http/api-error.js'
import {
  type ModelInfo,
  type ParameterValue,
  parametersOf,
  type SupportedParameter,
} from './hosted-models.js'

export type Parameters = Readonly<Record<string, ParameterValue>>

/**
 * The request's parameters with the model's defaults. 400 if they do not match the model's declaration, 422 for an
 * unknown one. Wording: tests of pinecone-io/pinecone-rust-client, answers recorded in public code (2026-11-28).
 */
export function checkParameters(model: ModelInfo, given: Readonly<Record<string, unknown>>): Parameters {
  const supported = parametersOf(model)
  for (const name of Object.keys(given)) {
    if (!supported.some(({ parameter }) => parameter === name)) {
      const known = supported.map(({ parameter }) => parameter)
      throw ApiError.unreadable('parameters', unknownField(name, known))
    }
  }
  const checked: Record<string, ParameterValue> = {}
  for (const declared of supported) {
    const value = Object.hasOwn(given, declared.parameter) ? given[declared.parameter] : undefined
    if (value !== undefined) {
      checked[declared.parameter] = checkValue(model, declared, value)
    } else if (declared.required) {
      throw ApiError.invalid(
        `Required parameter '${declared.parameter}' is missing for model '${model.model}', must be ${allowedText(declared)}`,
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
      `Invalid parameter value ${declared.parameter}='${shown(value)}' for model '${model.model}', must be ${allowedText(declared)}`,
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
      return `one of [${declared.allowed_values?.join(', ')}]`
    case 'numeric_range':
      return `an ${declared.value_type} from ${declared.min} to ${declared.max}`
    case 'any':
      return `of type ${declared.value_type}`
  }
}

function shown(value: unknown): string {
  const kind = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value
  if (kind === 'object' || kind === 'an array') return kind === 'object' ? 'an object' : kind
  const text = String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
