/** What the client has to know of a model before it sends anything. */
export interface ModelFacts {
  readonly type: 'embed' | 'rerank'
  readonly vectorType?: 'dense' | 'sparse'
  /** Inputs, or documents, that one request may hold. */
  readonly maxBatchSize: number
  /** The dimensions of its vectors, where the model has any. */
  readonly dimensions?: readonly number[]
  /** Parameters, in the client's spelling, without which the service refuses a request. */
  readonly required: readonly string[]
  /** Parameters that take one of a list. */
  readonly oneOf: Readonly<Record<string, readonly (string | number)[]>>
  /** Parameters that take a whole number, with the least and the most. */
  readonly wholeNumbers?: Readonly<Record<string, readonly [least: number, most: number]>>
  /** How many fields `rankFields` may name. */
  readonly maxRankFields?: number
}

const inputType = ['query', 'passage'] as const
const truncate = ['END', 'NONE'] as const

/**
 * The hosted models, so that no call waits for `GET /models`.
 * Source: https://docs.pinecone.io/models/overview and the page of each model under it.
 */
export const hostedModels = {
  'llama-text-embed-v2': {
    type: 'embed',
    vectorType: 'dense',
    maxBatchSize: 96,
    dimensions: [384, 512, 768, 1024, 2048],
    required: ['inputType'],
    oneOf: { inputType, truncate: ['END', 'NONE', 'START'] },
  },
  'multilingual-e5-large': {
    type: 'embed',
    vectorType: 'dense',
    maxBatchSize: 96,
    dimensions: [1024],
    required: ['inputType'],
    oneOf: { inputType, truncate },
  },
  'pinecone-sparse-english-v0': {
    type: 'embed',
    vectorType: 'sparse',
    maxBatchSize: 96,
    required: ['inputType'],
    oneOf: { inputType, truncate, maxTokensPerSequence: [512, 2048] },
  },
  'bge-reranker-v2-m3': {
    type: 'rerank',
    maxBatchSize: 100,
    maxRankFields: 1,
    required: [],
    oneOf: { truncate },
  },
  'pinecone-rerank-v0': {
    type: 'rerank',
    maxBatchSize: 100,
    maxRankFields: 1,
    required: [],
    oneOf: { truncate },
  },
  'cohere-rerank-3.5': {
    type: 'rerank',
    maxBatchSize: 200,
    required: [],
    oneOf: {},
    wholeNumbers: { maxChunksPerDoc: [1, 3072] },
  },
} as const satisfies Record<string, ModelFacts>

export type HostedModel = keyof typeof hostedModels
export type HostedEmbedModel = {
  [M in HostedModel]: (typeof hostedModels)[M]['type'] extends 'embed' ? M : never
}[HostedModel]
export type HostedRerankModel = Exclude<HostedModel, HostedEmbedModel>

type Facts<M extends HostedModel> = (typeof hostedModels)[M]

/** The vectors that a hosted model makes. */
export type HostedVectorType<M extends HostedEmbedModel> = Facts<M>['vectorType']

/** The parameters that a hosted embed model has a list of values for. */
export type HostedEmbedParameters<M extends HostedEmbedModel> = {
  inputType?: (typeof inputType)[number] | undefined
  truncate?: HostedTruncate<M> | undefined
  dimension?: HostedDimension<M> | undefined
}

/** The parameters that a hosted reranker has a list of values for. */
export type HostedRerankParameters<M extends HostedRerankModel> = {
  truncate?: HostedTruncate<M> | undefined
}

/** What a hosted model does, as it is asked to, with what is over its token limit; `undefined` if it is not to be asked. */
type HostedTruncate<M extends HostedModel> =
  Facts<M> extends { oneOf: { truncate: readonly (infer T)[] } } ? T : undefined

/** The lengths that a hosted model's vectors can have; `undefined` for a sparse model. */
export type HostedDimension<M extends HostedEmbedModel> =
  Facts<M> extends { dimensions: readonly (infer D)[] } ? D : undefined

/** The built-in facts of a hosted model; `undefined` for any other name. */
export function hostedModel(model: string): ModelFacts | undefined {
  return Object.hasOwn(hostedModels, model) ? hostedModels[model as HostedModel] : undefined
}

/** The hosted models of a type, and of a vector type where one is given. */
export function hostedModelNames(type: 'embed' | 'rerank', vectorType?: 'dense' | 'sparse'): string[] {
  return Object.entries<ModelFacts>(hostedModels)
    .filter(
      ([, facts]) => facts.type === type && (vectorType === undefined || facts.vectorType === vectorType),
    )
    .map(([name]) => name)
}
