import type { ModelInfo } from '../api/models.js'
import { camelCase } from '../wire/letter-case.js'
import type { ModelFacts } from './hosted-models.js'

/** The largest request every hosted model takes; for a model that does not state its own limit. */
const SAFE_BATCH_SIZE = 96

/** What the client has to know of a model, from the answer of `GET /models/{name}`. */
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
