import type { EmbedModel } from '@pinecone-inference/client'
import { checkOptions, EMBEDDING_FIELDS, type EmbeddingFields } from '@pinecone-inference/client/adapters'
import { HostedEmbeddings } from './hosted-embeddings.js'

export type PineconeSparseEmbeddingsFields<M extends EmbedModel = EmbedModel> = EmbeddingFields<M> & {
  /** A sparse model. Default `pinecone-sparse-english-v0`. */
  model?: M | undefined
}

/** A sparse vector as Pinecone's indexes accept it (`sparseValues` of a record). */
export interface SparseVector {
  /** Unsigned 32-bit term ids. */
  indices: number[]
  /** One weight per index. */
  values: number[]
}

/**
 * Sparse embeddings from a model hosted by Pinecone, for lexical or hybrid search, with the methods of
 * `PineconeEmbeddings`.
 *
 * @example
 * ```ts
 * const sparse = new PineconeSparseEmbeddings()
 * const { indices, values } = await sparse.embedQuery('keep-alive timeout')
 * ```
 */
export class PineconeSparseEmbeddings<M extends EmbedModel = EmbedModel> extends HostedEmbeddings<
  'sparse',
  SparseVector
> {
  constructor(fields: PineconeSparseEmbeddingsFields<M> = {}) {
    checkOptions(fields, EMBEDDING_FIELDS, 'PineconeSparseEmbeddings')
    super(
      fields.model ?? 'pinecone-sparse-english-v0',
      'sparse',
      fields,
      ({ sparseIndices, sparseValues }) => ({
        indices: sparseIndices,
        values: sparseValues,
      }),
    )
  }
}
