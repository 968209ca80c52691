import type { ModelInfo, SupportedParameter } from './model-info.js'

// Names, limits and parameters of the hosted models: https://docs.pinecone.io/models/overview and the page of each
// model. The vectors and scores are not theirs, and `provider_name` says so.
const standIn = (kind: string) =>
  `@pinecone-inference/emulator (lexical ${kind}, a stand-in for the hosted model)`

const inputType: SupportedParameter = {
  parameter: 'input_type',
  type: 'one_of',
  value_type: 'string',
  required: true,
  allowed_values: ['query', 'passage'],
}

const truncate = (allowed: readonly string[], byDefault: string): SupportedParameter => ({
  parameter: 'truncate',
  type: 'one_of',
  value_type: 'string',
  required: false,
  allowed_values: allowed,
  default: byDefault,
})

export const hostedModels: readonly ModelInfo[] = [
  {
    model: 'llama-text-embed-v2',
    short_description: 'Dense text embeddings of several sizes for texts of up to 2048 tokens.',
    type: 'embed',
    vector_type: 'dense',
    default_dimension: 1024,
    modality: 'text',
    max_sequence_length: 2048,
    max_batch_size: 96,
    provider_name: standIn('vectors'),
    supported_dimensions: [384, 512, 768, 1024, 2048],
    supported_metrics: ['Cosine', 'DotProduct'],
    supported_parameters: [
      inputType,
      truncate(['END', 'NONE', 'START'], 'END'),
      {
        parameter: 'dimension',
        type: 'one_of',
        value_type: 'integer',
        required: false,
        allowed_values: [384, 512, 768, 1024, 2048],
        default: 1024,
      },
    ],
  },
  {
    model: 'multilingual-e5-large',
    short_description: 'Dense text embeddings for short queries and passages of up to 507 tokens.',
    type: 'embed',
    vector_type: 'dense',
    default_dimension: 1024,
    modality: 'text',
    max_sequence_length: 507,
    max_batch_size: 96,
    provider_name: standIn('vectors'),
    supported_dimensions: [1024],
    supported_metrics: ['Cosine', 'Euclidean'],
    supported_parameters: [inputType, truncate(['END', 'NONE'], 'END')],
  },
  {
    model: 'pinecone-sparse-english-v0',
    short_description: 'Sparse text embeddings for keyword and hybrid search in English.',
    type: 'embed',
    vector_type: 'sparse',
    modality: 'text',
    max_sequence_length: 512,
    max_batch_size: 96,
    provider_name: standIn('term weights'),
    supported_metrics: ['DotProduct'],
    supported_parameters: [
      inputType,
      truncate(['END', 'NONE'], 'END'),
      { parameter: 'return_tokens', type: 'any', value_type: 'boolean', required: false, default: false },
      {
        parameter: 'max_tokens_per_sequence',
        type: 'one_of',
        value_type: 'integer',
        required: false,
        allowed_values: [512, 2048],
        default: 512,
      },
    ],
  },
  {
    model: 'bge-reranker-v2-m3',
    short_description: 'Reranks up to 100 documents by one field; query and document of up to 1024 tokens.',
    type: 'rerank',
    modality: 'text',
    max_sequence_length: 1024,
    max_batch_size: 100,
    provider_name: standIn('scores'),
    supported_parameters: [truncate(['END', 'NONE'], 'NONE')],
  },
  {
    model: 'pinecone-rerank-v0',
    short_description: 'Reranks up to 100 documents by one field; query and document of up to 512 tokens.',
    type: 'rerank',
    modality: 'text',
    max_sequence_length: 512,
    max_batch_size: 100,
    provider_name: standIn('scores'),
    supported_parameters: [truncate(['END', 'NONE'], 'END')],
  },
  {
    model: 'cohere-rerank-3.5',
    short_description:
      'Reranks up to 200 documents by several fields; query and document of up to 40,000 tokens.',
    type: 'rerank',
    modality: 'text',
    max_sequence_length: 40_000,
    max_batch_size: 200,
    provider_name: standIn('scores'),
    supported_parameters: [
      {
        parameter: 'max_chunks_per_doc',
        type: 'numeric_range',
        value_type: 'integer',
        required: false,
        min: 1,
        max: 3072,
        default: 3072,
      },
    ],
  },
]

/** Rank fields a reranker takes at once; the contract has no field that says so. */
export function maxRankFields(model: ModelInfo): number {
  return model.model === 'cohere-rerank-3.5' ? Number.POSITIVE_INFINITY : 1
}
