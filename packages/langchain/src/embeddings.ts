import type { DimensionOf, EmbedModel } from '@pinecone-inference/client'
import { checkOptions, EMBEDDING_FIELDS, type EmbeddingFields } from '@pinecone-inference/client/adapters'
import { HostedEmbeddings } from './hosted-embeddings.js'

export type PineconeEmbeddingsFields<
  M extends EmbedModel = EmbedModel,
  D extends number = never,
> = EmbeddingFields<M> & {
  /** A dense model. Default `multilingual-e5-large`. */
  model?: M | undefined
  /** Length of a vector, one that the model supports. Default: the model's own. */
  dimension?: DimensionOf<M, D> | undefined
}

/**
 * Dense embeddings from a model hosted by Pinecone. Documents are sent as `passage`, queries as `query`. Any number of
 * documents is split to the model's limits and sent in parallel.
 *
 * @example
 * ```ts
 * const embeddings = new PineconeEmbeddings({ model: 'llama-text-embed-v2' })
 * const store = await MemoryVectorStore.fromDocuments(documents, embeddings)
 * ```
 *
 * @throws PineconeConfigurationError if constructed without a key, with a sparse or rerank model, or with a dimension
 * or parameter that the model does not accept
 */
export class PineconeEmbeddings<
  M extends EmbedModel = EmbedModel,
  D extends number = never,
> extends HostedEmbeddings<'dense', number[]> {
  constructor(fields: PineconeEmbeddingsFields<M, D> = {}) {
    checkOptions(fields, { ...EMBEDDING_FIELDS, dimension: true }, 'PineconeEmbeddings')
    super(fields.model ?? 'multilingual-e5-large', 'dense', fields, ({ values }) => values)
  }
}
