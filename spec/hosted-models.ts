/**
 * Pinecone's hosted models, in one place: the client's limits and types, the emulator, and the tables of the READMEs
 * come from here. `npx pinecone-inference models --check` compares it with the live service.
 *
 * `info` is what `GET /models/{name}` says of a model, except for `provider_name` and the wording of the description.
 */
export interface HostedModelRow {
  readonly info: HostedModelInfo
  /** Other names that `POST /embed` and `POST /rerank` take; `GET /models/{name}` does not know them. */
  readonly aliases?: readonly string[]
  /** Parameters that the model takes and `GET /models` does not list. */
  readonly unlistedParameters?: readonly HostedParameter[]
  /** How many fields `rank_fields` may name; without it, any number. */
  readonly maxRankFields?: number
  /** How many tokens of a document one rerank unit counts as one document; without it, a document is one. */
  readonly tokensPerChunk?: number
  readonly retired?: {
    readonly since: string
    /** The model that answers in its place; scores of the two do not compare. */
    readonly servedBy?: string
    /** What most projects get instead of an answer, with status 403. */
    readonly refusal?: string
  }
  /** True where only the name and kind are on record, and all else is taken from a sibling. */
  readonly assumed?: true
  /** Where each fact is from. */
  readonly sources: readonly string[]
  /** The day on which the sources were read. */
  readonly read: string
}

/** `ModelInfo` of the contract. */
export interface HostedModelInfo {
  readonly model: string
  readonly short_description: string
  readonly type: 'embed' | 'rerank'
  readonly vector_type?: 'dense' | 'sparse'
  readonly default_dimension?: number
  readonly modality: string
  /** Tokens of an input; of a query and a document together for a reranker, unless its row says otherwise. */
  readonly max_sequence_length: number
  /** Inputs, or documents, of one request. */
  readonly max_batch_size: number
  readonly supported_dimensions?: readonly number[]
  readonly supported_metrics?: readonly string[]
  readonly supported_parameters: readonly HostedParameter[]
}

/** `ModelInfoSupportedParameter` of the contract. */
export interface HostedParameter {
  readonly parameter: string
  readonly type: 'one_of' | 'numeric_range' | 'any'
  readonly value_type: 'string' | 'integer' | 'float' | 'boolean'
  readonly required: boolean
  readonly allowed_values?: readonly (string | number)[]
  readonly min?: number
  readonly max?: number
  readonly default?: string | number | boolean
}

const inputType = {
  parameter: 'input_type',
  type: 'one_of',
  value_type: 'string',
  required: true,
  allowed_values: ['query', 'passage'],
} as const

const truncate = {
  parameter: 'truncate',
  type: 'one_of',
  value_type: 'string',
  required: false,
  default: 'END',
  allowed_values: ['END', 'NONE'],
} as const

const returnTokens = {
  parameter: 'return_tokens',
  type: 'any',
  value_type: 'boolean',
  required: false,
  default: false,
} as const

const maxTokensPerSequence = {
  parameter: 'max_tokens_per_sequence',
  type: 'one_of',
  value_type: 'integer',
  required: false,
  default: 512,
  allowed_values: [512, 2048],
} as const

const listModels = 'https://docs.pinecone.io/reference/api/2026-04/inference/list_models'
const rerankingModels = 'https://docs.pinecone.io/guides/search/rerank-results#reranking-models'

export const hostedModels = {
  'llama-text-embed-v2': {
    info: {
      model: 'llama-text-embed-v2',
      short_description: 'Dense text embeddings of several sizes for texts of up to 2048 tokens.',
      type: 'embed',
      vector_type: 'dense',
      default_dimension: 1024,
      modality: 'text',
      max_sequence_length: 2048,
      max_batch_size: 96,
      supported_dimensions: [384, 512, 768, 1024, 2048],
      supported_metrics: ['Cosine', 'DotProduct'],
      supported_parameters: [
        inputType,
        { ...truncate, allowed_values: ['END', 'NONE', 'START'] },
        {
          parameter: 'dimension',
          type: 'one_of',
          value_type: 'integer',
          required: false,
          default: 1024,
          allowed_values: [384, 512, 768, 1024, 2048],
        },
      ],
    },
    aliases: ['nvidia/llama-text-embed-v2'],
    sources: [
      listModels,
      'https://docs.pinecone.io/models/llama-text-embed-v2',
      // The alias, and that a look-up by it fails.
      'https://github.com/pinecone-io/pinecone-python-client (tests of get_model: model ids in the path)',
    ],
    read: '2026-11-28',
  },
  'multilingual-e5-large': {
    info: {
      model: 'multilingual-e5-large',
      short_description: 'Dense text embeddings for short queries and passages of up to 507 tokens.',
      type: 'embed',
      vector_type: 'dense',
      default_dimension: 1024,
      modality: 'text',
      max_sequence_length: 507,
      max_batch_size: 96,
      supported_dimensions: [1024],
      supported_metrics: ['Cosine', 'Euclidean'],
      supported_parameters: [inputType, truncate],
    },
    sources: [listModels, 'https://docs.pinecone.io/models/multilingual-e5-large'],
    read: '2026-11-28',
  },
  'pinecone-sparse-english-v0': {
    info: {
      model: 'pinecone-sparse-english-v0',
      short_description: 'Sparse text embeddings for keyword and hybrid search in English.',
      type: 'embed',
      vector_type: 'sparse',
      modality: 'text',
      max_sequence_length: 512,
      max_batch_size: 96,
      supported_metrics: ['DotProduct'],
      supported_parameters: [inputType, truncate, returnTokens],
    },
    unlistedParameters: [maxTokensPerSequence],
    sources: [listModels, 'https://docs.pinecone.io/models/pinecone-sparse-english-v0'],
    read: '2026-11-28',
  },
  'pinecone-sparse-multilingual-v0': {
    info: {
      model: 'pinecone-sparse-multilingual-v0',
      short_description: 'Sparse text embeddings for keyword and hybrid search in several languages.',
      type: 'embed',
      vector_type: 'sparse',
      modality: 'text',
      max_sequence_length: 512,
      max_batch_size: 96,
      supported_metrics: ['DotProduct'],
      supported_parameters: [inputType, truncate, returnTokens],
    },
    assumed: true,
    sources: ['https://github.com/pinecone-io/pinecone-python-client/blob/main/pinecone/models/enums.py'],
    read: '2026-11-28',
  },
  'bge-reranker-v2-m3': {
    info: {
      model: 'bge-reranker-v2-m3',
      short_description: 'Reranks up to 100 documents by one field; query and document of up to 1024 tokens.',
      type: 'rerank',
      modality: 'text',
      max_sequence_length: 1024,
      max_batch_size: 100,
      supported_parameters: [{ ...truncate, default: 'NONE' }],
    },
    maxRankFields: 1,
    sources: [listModels, rerankingModels],
    read: '2026-11-28',
  },
  'cohere-rerank-4-fast': {
    info: {
      model: 'cohere-rerank-4-fast',
      short_description: 'Reranks up to 250 documents of up to 8192 tokens by several fields.',
      type: 'rerank',
      modality: 'text',
      // Of a document: https://docs.pinecone.io/guides/search/rerank-results
      max_sequence_length: 8192,
      max_batch_size: 250,
      supported_parameters: [
        {
          parameter: 'max_tokens_per_doc',
          type: 'numeric_range',
          value_type: 'integer',
          required: false,
          default: 1024,
          min: 1,
          max: 4096,
        },
      ],
    },
    tokensPerChunk: 500,
    sources: [rerankingModels, 'https://docs.pinecone.io/models/cohere-rerank-4-fast'],
    read: '2026-11-28',
  },
  'cohere-rerank-3.5': {
    info: {
      model: 'cohere-rerank-3.5',
      short_description:
        'Retired: served by cohere-rerank-4-fast. Reranks up to 200 documents by several fields.',
      type: 'rerank',
      modality: 'text',
      max_sequence_length: 40_000,
      max_batch_size: 200,
      supported_parameters: [
        {
          parameter: 'max_chunks_per_doc',
          type: 'numeric_range',
          value_type: 'integer',
          required: false,
          default: 3072,
          min: 1,
          max: 3072,
        },
      ],
    },
    retired: { since: '2026-08-31', servedBy: 'cohere-rerank-4-fast' },
    sources: [listModels, rerankingModels],
    read: '2026-11-28',
  },
  'pinecone-rerank-v0': {
    info: {
      model: 'pinecone-rerank-v0',
      short_description:
        'Deprecated. Reranks up to 100 documents by one field; query and document of up to 512 tokens.',
      type: 'rerank',
      modality: 'text',
      max_sequence_length: 512,
      max_batch_size: 100,
      supported_parameters: [truncate],
    },
    maxRankFields: 1,
    retired: {
      since: '2026',
      refusal:
        'Model pinecone-rerank-v0 has been deprecated, please use a different reranking model from (https://docs.pinecone.io/models)',
    },
    sources: [
      listModels,
      rerankingModels,
      'https://github.com/pinecone-io/pinecone-python-client/blob/main/pinecone/models/enums.py',
    ],
    read: '2026-11-28',
  },
} as const satisfies Readonly<Record<string, HostedModelRow>>
