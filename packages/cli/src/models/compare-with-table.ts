import type { ModelInfo } from '@pinecone-inference/client'
import { type HostedModelRow, type HostedParameter, hostedModels } from '../../../../spec/hosted-models.js'

type Fact = string | number | boolean | readonly (string | number)[] | undefined

/**
 * The differences between the service's models and this release's table, one line each. Parameters that `GET /models` is
 * known to leave out, and mere descriptions, are not compared.
 */
export function differencesFromTable(models: readonly ModelInfo[]): string[] {
  const rows: readonly HostedModelRow[] = Object.values(hostedModels)
  const known = new Set(rows.map(({ info }) => info.model))
  return [
    ...rows.flatMap((row) => {
      const found = models.find(({ model }) => model === row.info.model)
      return found ? compare(row, found) : [`${row.info.model}: the service does not list it`]
    }),
    ...models.flatMap(({ model }) => (known.has(model) ? [] : [`${model}: the table does not have it`])),
  ]
}

function compare({ info, unlistedParameters = [] }: HostedModelRow, found: ModelInfo): string[] {
  const unlisted = new Set(unlistedParameters.map(({ parameter }) => parameter))
  const expected = new Map(info.supported_parameters.map((parameter) => [parameter.parameter, parameter]))
  const listed = new Map(found.supportedParameters.map((parameter) => [parameter.parameter, parameter]))
  const names = [...new Set([...expected.keys(), ...listed.keys()])].filter((name) => !unlisted.has(name))
  const facts: [what: string, table: Fact, service: Fact][] = [
    ['type', info.type, found.type],
    ['vectors', info.vector_type, found.vectorType],
    ['default dimension', info.default_dimension, found.defaultDimension],
    ['dimensions', info.supported_dimensions, found.supportedDimensions],
    ['tokens', info.max_sequence_length, found.maxSequenceLength],
    ['inputs per request', info.max_batch_size, found.maxBatchSize],
    ['metrics', info.supported_metrics?.map((metric) => metric.toLowerCase()), found.supportedMetrics],
    ...names.map((name): [string, Fact, Fact] => {
      const parameter = listed.get(name)
      return [
        `parameter ${name}`,
        described(expected.get(name)),
        described(parameter && { ...parameter, allowed_values: parameter.allowedValues }),
      ]
    }),
  ]
  return facts
    .map(([what, table, service]) => [what, written(table), written(service)] as const)
    .filter(([, table, service]) => table !== service)
    .map(
      ([what, table, service]) =>
        `${info.model}: ${what}: ${table} in the table, ${service} says the service`,
    )
}

/** A parameter on one line, with its values sorted. */
function described(
  parameter:
    | (Pick<HostedParameter, 'required' | 'min' | 'max' | 'default'> & {
        readonly allowed_values?: readonly (string | number)[] | undefined
      })
    | undefined,
): Fact {
  if (!parameter) return undefined
  const { required, allowed_values: values, min, max, default: usual } = parameter
  return [
    required ? 'required' : 'optional',
    ...(values ? [`one of ${written(values)}`] : []),
    ...(min === undefined && max === undefined ? [] : [`${min} to ${max}`]),
    ...(usual === undefined ? [] : [`default ${usual}`]),
  ].join(', ')
}

function written(fact: Fact): string {
  if (fact === undefined) return 'nothing'
  return typeof fact === 'object' ? [...fact].map(String).sort().join(' ') : String(fact)
}
