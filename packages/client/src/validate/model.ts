import type { VectorType } from '../api/embed.js'
import { asWritten } from '../errors/as-written.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { hostedModel, hostedModelNames, type ModelFacts } from '../models/hosted-models.js'
import { checkOptions } from './options.js'

/** It goes into the path of `GET /models/{name}`, where `.` and `..` are steps, and half a surrogate pair has no bytes. */
function isName(model: string): boolean {
  return model.trim() !== '' && !/^\.\.?$|[\p{Surrogate}\p{Cc}]/u.test(model)
}

export function checkModelName(model: unknown): asserts model is string {
  if (typeof model !== 'string' || !isName(model)) {
    throw new PineconeConfigurationError('model', "must be a model's name")
  }
}

/** Refuses what is no request, has a field that none has or no model, or parameters that cannot be sent. */
export function checkRequest(request: unknown, names: Readonly<Record<string, true>>): void {
  if (typeof request !== 'object' || request === null) {
    throw new PineconeConfigurationError(
      'request',
      'must be an object with a model and what it is to work on',
    )
  }
  checkOptions(request, names, 'the request')
  const { model, parameters } = request as { model?: unknown; parameters?: unknown }
  checkModelName(model)
  checkParameters(parameters)
}

function checkParameters(parameters: unknown): void {
  if (parameters === undefined) return
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) {
    throw new PineconeConfigurationError('parameters', 'must be an object')
  }
  for (const [name, value] of Object.entries(parameters)) {
    if (!isJson(value)) throw new PineconeConfigurationError(`parameters.${name}`, NOT_JSON)
  }
}

const NOT_JSON = 'cannot be sent as JSON: it is or holds something else, or holds itself'

/** Whether all of it arrives: `JSON.stringify` writes NaN as null, and leaves a function out. */
function isJson(value: unknown): boolean {
  const refuse = (_: string, one: unknown) => {
    if (['function', 'symbol', 'bigint'].includes(typeof one)) throw new TypeError(NOT_JSON)
    if (typeof one === 'number' && !Number.isFinite(one)) throw new TypeError(NOT_JSON)
    return one
  }
  try {
    JSON.stringify(value, refuse)
    return true
  } catch {
    return false
  }
}

/**
 * For adapters, when they are built: refuses a hosted model of another kind, or parameters it does not take.
 * A name that is not in the built-in table passes; it is looked up when it is used.
 *
 * @throws PineconeConfigurationError naming the argument and what is allowed
 */
export function checkHostedModel(
  model: string,
  use: {
    task: 'embed' | 'rerank'
    vectorType?: VectorType
    parameters?: Readonly<Record<string, unknown>> | undefined
  },
): void {
  checkModelName(model)
  checkParameters(use.parameters)
  const facts = hostedModel(model)
  if (!facts) return
  checkModelUse(use.task, model, facts, use.parameters)
  if (use.vectorType && facts.vectorType !== use.vectorType) {
    throw new PineconeConfigurationError(
      'model',
      `${JSON.stringify(model)} makes ${facts.vectorType} vectors, not ${use.vectorType} ones`,
      hostedModelNames(use.task, use.vectorType),
    )
  }
}

/** Refuses parameters that the model is known not to take. */
export function checkModelUse(
  task: 'embed' | 'rerank',
  model: string,
  facts: ModelFacts,
  parameters: Readonly<Record<string, unknown>> = {},
): void {
  if (facts.type !== task) {
    throw new PineconeConfigurationError(
      'model',
      `${JSON.stringify(model)} is ${facts.type === 'embed' ? 'an embed' : 'a rerank'} model, not for ${task}`,
      hostedModelNames(task),
    )
  }
  for (const name of facts.required) {
    if (parameters[name] === undefined) {
      throw new PineconeConfigurationError(`parameters.${name}`, `is required by ${model}`, facts.oneOf[name])
    }
  }
  for (const [name, allowed] of Object.entries(facts.oneOf)) {
    const value = parameters[name]
    if (value !== undefined && !allowed.some((one) => one === value)) {
      throw new PineconeConfigurationError(
        `parameters.${name}`,
        `is ${asWritten(value)}, which ${model} does not take`,
        allowed,
      )
    }
  }
  for (const [name, [least, most]] of Object.entries(facts.wholeNumbers ?? {})) {
    const value = parameters[name]
    if (
      value !== undefined &&
      !(Number.isInteger(value) && Number(value) >= least && Number(value) <= most)
    ) {
      throw new PineconeConfigurationError(
        `parameters.${name}`,
        `is ${asWritten(value)}; ${model} takes a whole number from ${least} to ${most}`,
      )
    }
  }
  checkDimension(model, facts, parameters.dimension)
}

function checkDimension(model: string, facts: ModelFacts, dimension: unknown): void {
  if (dimension === undefined) return
  if (facts.vectorType === 'sparse') {
    throw new PineconeConfigurationError(
      'parameters.dimension',
      `does not apply to the sparse model ${model}`,
    )
  }
  if (facts.dimensions && !facts.dimensions.some((one) => one === dimension)) {
    throw new PineconeConfigurationError(
      'parameters.dimension',
      `is ${asWritten(dimension)}, which ${model} does not have`,
      facts.dimensions,
    )
  }
  if (!Number.isInteger(dimension) || Number(dimension) < 1) {
    throw new PineconeConfigurationError('parameters.dimension', 'must be a whole number of at least 1')
  }
}
