import { type HostedModelRow, hostedModels } from '../../../../spec/hosted-models.js'
import type { ModelFacts, ModelInfo } from '../api/models.js'
import { decodeModel } from '../wire/models.js'
import { camelCase } from '../wire/request.js'

const rows: Readonly<Record<string, HostedModelRow>> = hostedModels
const names = new Map(
  Object.entries(rows).flatMap(([name, { aliases = [] }]) => [name, ...aliases].map((one) => [one, name])),
)
const known = new Map<string, ModelFacts>()

/**
 * The built-in facts of a hosted model, so that no call waits for `GET /models`; an alias stands for its model.
 * `undefined` for any other name, and for a model of which only the name is on record.
 */
export function hostedModel(model: string): ModelFacts | undefined {
  const name = names.get(model)
  const row = name === undefined ? undefined : rows[name]
  if (name === undefined || !row || row.assumed) return undefined
  const facts = known.get(name) ?? factsFromRow(row)
  known.set(name, facts)
  return facts
}

function factsFromRow({ info, unlistedParameters = [], maxRankFields }: HostedModelRow): ModelFacts {
  const told = { ...info, supported_parameters: [...info.supported_parameters, ...unlistedParameters] }
  const facts = factsFromInfo(decodeModel('the table of hosted models', told))
  return maxRankFields === undefined ? facts : { ...facts, maxRankFields }
}

/** The hosted models of a type, and of a vector type where one is given. */
export function hostedModelNames(type: 'embed' | 'rerank', vectorType?: 'dense' | 'sparse'): string[] {
  return Object.values(rows)
    .filter(({ info }) => info.type === type && (vectorType === undefined || info.vector_type === vectorType))
    .map(({ info }) => info.model)
}

/** The largest request every hosted model takes; for a model that does not state its own limit. */
const SAFE_BATCH_SIZE = 96

/** What the client needs to know about a model, from the answer of `GET /models/{name}`. */
export function factsFromInfo(info: ModelInfo): ModelFacts {
  const parameters = info.supportedParameters.map((p) => ({ ...p, parameter: camelCase(p.parameter) }))
  const { dimension, ...oneOf } = Object.fromEntries(
    parameters.flatMap(({ parameter, allowedValues }) => (allowedValues ? [[parameter, allowedValues]] : [])),
  )
  const wholeNumbers = Object.fromEntries(
    parameters.flatMap(({ parameter, valueType, min, max }) =>
      valueType === 'integer' && min !== undefined && max !== undefined
        ? [[parameter, [min, max] as const]]
        : [],
    ),
  )
  const dimensions =
    info.supportedDimensions ??
    dimension?.filter((value) => typeof value === 'number') ??
    (info.defaultDimension ? [info.defaultDimension] : undefined)
  return {
    type: info.type === 'rerank' ? 'rerank' : 'embed',
    ...(info.vectorType === 'dense' || info.vectorType === 'sparse' ? { vectorType: info.vectorType } : {}),
    maxBatchSize: info.maxBatchSize ?? SAFE_BATCH_SIZE,
    ...(dimensions ? { dimensions } : {}),
    ...(info.defaultDimension === undefined ? {} : { defaultDimension: info.defaultDimension }),
    ...(info.maxSequenceLength === undefined ? {} : { maxSequenceLength: info.maxSequenceLength }),
    required: parameters.filter((p) => p.required).map((p) => p.parameter),
    oneOf,
    ...(Object.keys(wholeNumbers).length > 0 ? { wholeNumbers } : {}),
  }
}
