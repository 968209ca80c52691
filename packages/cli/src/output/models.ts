import type { ModelInfo, SupportedParameter } from '@pinecone-inference/client'
import { printable } from './line.js'
import { table } from './table.js'

/** A model per line. */
export function modelTable(models: readonly ModelInfo[]): string {
  const header = ['MODEL', 'TYPE', 'VECTORS', 'DIMENSION', 'TOKENS', 'BATCH', 'ABOUT']
  const rows = models.map((model) => [
    printable(model.model),
    printable(model.type),
    printable(model.vectorType ?? '-'),
    String(model.defaultDimension ?? '-'),
    String(model.maxSequenceLength ?? '-'),
    String(model.maxBatchSize ?? '-'),
    printable(model.shortDescription),
  ])
  return table(header, rows)
}

/** All that the service says about a model. */
export function modelDetails(model: ModelInfo): string {
  const facts: [string, string | number | undefined][] = [
    ['Type', model.vectorType ? `${model.type}, ${model.vectorType} vectors` : model.type],
    ['Dimension', model.defaultDimension],
    ['Other dimensions', others(model)],
    ['Metrics', model.supportedMetrics?.join(', ')],
    ['Tokens per input', model.maxSequenceLength],
    ['Inputs per request', model.maxBatchSize],
    ['Modality', model.modality],
    ['Provider', model.providerName],
    ...model.supportedParameters.map((parameter): [string, string] => [
      `Parameter ${parameter.parameter}`,
      allowed(parameter),
    ]),
  ]
  const known = facts.filter(([, value]) => value !== undefined && value !== '')
  const widest = Math.max(...known.map(([name]) => name.length))
  const lines = known.map(([name, value]) => `  ${name.padEnd(widest)}  ${printable(String(value))}`)
  return `${printable(model.model)}: ${printable(model.shortDescription)}\n\n${lines.join('\n')}\n`
}

function others({ supportedDimensions = [], defaultDimension }: ModelInfo): string {
  return supportedDimensions.filter((dimension) => dimension !== defaultDimension).join(', ')
}

function allowed(parameter: SupportedParameter): string {
  const { required, valueType, allowedValues, min, max } = parameter
  return [
    required ? 'required' : 'optional',
    allowedValues ? `one of ${allowedValues.join(', ')}` : valueType,
    ...(min !== undefined || max !== undefined ? [`${min ?? ''} to ${max ?? ''}`] : []),
    ...(parameter.default !== undefined ? [`default ${parameter.default}`] : []),
  ].join('; ')
}
