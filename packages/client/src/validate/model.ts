import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { hostedModelNames, type ModelFacts } from '../models/hosted-models.js'

export function checkModelName(model: unknown): asserts model is string {
  if (typeof model !== 'string' || model.trim() === '') {
    throw new PineconeConfigurationError('model', "must be a model's name")
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
        `is ${JSON.stringify(value)}, which ${model} does not take`,
        allowed,
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
      `is ${JSON.stringify(dimension)}, which ${model} does not have`,
      facts.dimensions,
    )
  }
  if (!Number.isInteger(dimension) || Number(dimension) < 1) {
    throw new PineconeConfigurationError('parameters.dimension', 'must be a whole number of at least 1')
  }
}
