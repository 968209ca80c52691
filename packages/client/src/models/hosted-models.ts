import { type HostedModelRow, hostedModels } from '../../../../spec/hosted-models.js'
import { decodeModel } from '../wire/models.js'
import { factsFromInfo } from './facts-from-info.js'

/** What the client has to know of a model before it sends anything. */
export interface ModelFacts {
  readonly type: 'embed' | 'rerank'
  readonly vectorType?: 'dense' | 'sparse'
  /** Inputs, or documents, that one request may hold. */
  readonly maxBatchSize: number
  /** The dimensions of its vectors, where the model has any. */
  readonly dimensions?: readonly number[]
  /** The dimension of its vectors where none is asked for. */
  readonly defaultDimension?: number
  /** Tokens of an input; of a query and a document together for most rerankers. */
  readonly maxSequenceLength?: number
  /** Parameters, in the client's spelling, without which the service refuses a request. */
  readonly required: readonly string[]
  /** Parameters that take one of a list. */
  readonly oneOf: Readonly<Record<string, readonly (string | number)[]>>
  /** Parameters that take a whole number, with the least and the most. */
  readonly wholeNumbers?: Readonly<Record<string, readonly [least: number, most: number]>>
  /** How many fields `rankFields` may name. */
  readonly maxRankFields?: number
}

type Rows = typeof hostedModels

export type HostedModel = keyof Rows
export type HostedEmbedModel = {
  [M in HostedModel]: Rows[M]['info']['type'] extends 'embed' ? M : never
}[HostedModel]
export type HostedRerankModel = Exclude<HostedModel, HostedEmbedModel>

type Info<M extends HostedModel> = Rows[M]['info']

/** The parameters that a hosted model has a list of values for, under the API's own names. */
type Lists<M extends HostedModel> = M extends HostedModel
  ? {
      [P in Extract<
        Info<M>['supported_parameters'][number],
        { allowed_values: unknown }
      > as P['parameter']]: P['allowed_values']
    }
  : never

/** The vectors that a hosted model makes. */
export type HostedVectorType<M extends HostedEmbedModel> = Info<M>['vector_type']

/** The parameters that a hosted embed model has a list of values for. */
export type HostedEmbedParameters<M extends HostedEmbedModel> = {
  inputType?: Lists<HostedEmbedModel>['input_type'][number] | undefined
  truncate?: HostedTruncate<M> | undefined
  dimension?: HostedDimension<M> | undefined
}

/** The parameters that a hosted reranker has a list of values for. */
export type HostedRerankParameters<M extends HostedRerankModel> = {
  truncate?: HostedTruncate<M> | undefined
}

/** What a hosted model does, as it is asked to, with what is over its token limit; `undefined` if it is not to be asked. */
type HostedTruncate<M extends HostedModel> =
  Lists<M> extends { truncate: readonly (infer T)[] } ? T : undefined

/** The lengths that a hosted model's vectors can have; `undefined` for a sparse model. */
export type HostedDimension<M extends HostedEmbedModel> =
  Info<M> extends { supported_dimensions: readonly (infer D)[] } ? D : undefined

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
