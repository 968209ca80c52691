import type { ModelFacts, VectorType } from '../api/models.js'
import { asWritten } from '../errors/as-written.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { hostedModel, hostedModelNames } from '../models/catalog.js'
import { plainName } from './options.js'
import { checkModelName, checkParameters } from './requests.js'

/**
 * For constructors of adapters: refuses a hosted model of another kind, and parameters that it does not accept. A name
 * that is not in the built-in table passes, because it is looked up when it is used.
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

/** Refuses parameters that the model is known not to accept. */
export function checkModelUse(
  task: 'embed' | 'rerank',
  model: string,
  facts: ModelFacts,
  parameters: Readonly<Record<string, unknown>> = {},
): void {
  if (facts.type !== task) {
    throw new PineconeConfigurationError(
      'model',
      `${JSON.stringify(model)} is ${facts.type === 'embed' ? 'an embedding' : 'a rerank'} model, not for ${task}`,
      hostedModelNames(task),
    )
  }
  for (const name of facts.required) {
    if (parameters[name] !== undefined) continue
    const meant = Object.keys(parameters).find((one) => plainName(one) === plainName(name))
    if (meant) {
      throw new PineconeConfigurationError(`parameters.${meant}`, `is not a parameter; did you mean ${name}?`)
    }
    throw new PineconeConfigurationError(`parameters.${name}`, `is required by ${model}`, facts.oneOf[name])
  }
  for (const [name, allowed] of Object.entries(facts.oneOf)) {
    const value = parameters[name]
    if (value !== undefined && !allowed.some((one) => one === value)) {
      throw new PineconeConfigurationError(
        `parameters.${name}`,
        `is ${asWritten(value)}, which ${model} does not accept`,
        allowed,
      )
    }
  }
  for (const [name, [min, max]] of Object.entries(facts.wholeNumbers ?? {})) {
    const value = parameters[name]
    if (value !== undefined && !(Number.isInteger(value) && Number(value) >= min && Number(value) <= max)) {
      throw new PineconeConfigurationError(
        `parameters.${name}`,
        `is ${asWritten(value)}; ${model} accepts a whole number from ${min} to ${max}`,
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
  if (typeof dimension !== 'number') {
    throw new PineconeConfigurationError(
      'parameters.dimension',
      `is ${asWritten(dimension)}; it must be a number`,
      facts.dimensions,
    )
  }
  if (facts.dimensions && !facts.dimensions.some((one) => one === dimension)) {
    throw new PineconeConfigurationError(
      'parameters.dimension',
      `is ${asWritten(dimension)}, which ${model} does not support`,
      facts.dimensions,
    )
  }
  if (!Number.isInteger(dimension) || dimension < 1) {
    throw new PineconeConfigurationError('parameters.dimension', 'must be a whole number of at least 1')
  }
}

/** Refuses more rank fields than the model supports. */
export function checkRankFieldCount(
  rankFields: readonly string[] | undefined,
  model: string,
  facts: ModelFacts | undefined,
) {
  if (facts?.maxRankFields !== undefined && rankFields && rankFields.length > facts.maxRankFields) {
    throw new PineconeConfigurationError(
      'rankFields',
      `names ${rankFields.length} fields; ${model} supports ${facts.maxRankFields}`,
    )
  }
}
