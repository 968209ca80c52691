import {
  type HostedModelInfo,
  type HostedModelRow,
  type HostedParameter,
  hostedModels as table,
} from '../../../../spec/hosted-models.js'

/** One model as `GET /models` shows it (schema `ModelInfo` of the contract). */
export interface ModelInfo extends HostedModelInfo {
  readonly provider_name: string
}

export type SupportedParameter = HostedParameter

export type ParameterValue = NonNullable<SupportedParameter['default']>

const rows: Readonly<Record<string, HostedModelRow>> = table

/** The hosted models as `GET /models` shows them. Vectors and scores are not theirs, as `provider_name` says. */
export const hostedModels: readonly ModelInfo[] = Object.values(rows).map(({ info }) => ({
  ...info,
  provider_name: `@pinecone-inference/emulator (lexical ${computedBy(info)}, a stand-in for the hosted model)`,
}))

function computedBy({ type, vector_type }: Pick<ModelInfo, 'type' | 'vector_type'>): string {
  if (type === 'rerank') return 'scores'
  return vector_type === 'sparse' ? 'term weights' : 'vectors'
}

/** The name that an alias stands for; any other name unchanged. */
export function withoutAlias(name: string): string {
  return Object.values(rows).find(({ aliases }) => aliases?.includes(name))?.info.model ?? name
}

/** All parameters that a model accepts; `GET /models` omits some. */
export function parametersOf(model: ModelInfo): readonly SupportedParameter[] {
  return [...model.supported_parameters, ...(rows[model.model]?.unlistedParameters ?? [])]
}

/** Rank fields that a reranker accepts at once; the contract has no field for it. */
export function maxRankFields(model: ModelInfo): number {
  return rows[model.model]?.maxRankFields ?? Number.POSITIVE_INFINITY
}

/** Tokens of a document that a rerank unit counts as one document; `undefined` if a document always counts as one. */
export function tokensPerChunk(model: ModelInfo): number | undefined {
  return rows[model.model]?.tokensPerChunk
}

/** What happens to a model that is no longer served under its name. */
export function retirementOf(model: ModelInfo): HostedModelRow['retired'] {
  return rows[model.model]?.retired
}
