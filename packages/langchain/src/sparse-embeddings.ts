import { Embeddings } from '@langchain/core/embeddings'
import type {
  EmbedModel,
  EmbedParameters,
  PineconeInference,
  SparseEmbedding,
} from '@pinecone-inference/client'
import {
  checkOptions,
  DocumentAndQueryCalls,
  EMBEDDING_FIELDS,
  type EmbeddingFields,
} from '@pinecone-inference/client/adapters'
import { EMBED_CALL_OPTIONS, type EmbedCallOptions } from './embed-call-options.js'
import { signalInRun } from './signal-of-run.js'
import { SOURCE_TAG } from './source-tag.js'

export type PineconeSparseEmbeddingsFields<M extends EmbedModel = EmbedModel> = EmbeddingFields<M> & {
  /** A sparse model. Default `pinecone-sparse-english-v0`. */
  model?: M | undefined
}

/** A sparse vector as Pinecone's indexes take it (`sparseValues` of a record). */
export interface SparseVector {
  /** Unsigned 32-bit term ids. */
  indices: number[]
  /** One weight per index. */
  values: number[]
}

/**
 * Sparse embeddings from a model hosted by Pinecone, for lexical or hybrid search. It has the methods of
 * `PineconeEmbeddings`.
 *
 * @example
 * ```ts
 * const sparse = new PineconeSparseEmbeddings()
 * const { indices, values } = await sparse.embedQuery('keep-alive timeout')
 * ```
 */
export class PineconeSparseEmbeddings<M extends EmbedModel = EmbedModel> extends Embeddings<SparseVector> {
  readonly model: string
  readonly #calls: DocumentAndQueryCalls<'sparse'>

  constructor(fields: PineconeSparseEmbeddingsFields<M> = {}) {
    super({ maxRetries: 0 })
    checkOptions(fields, EMBEDDING_FIELDS, 'PineconeSparseEmbeddings')
    this.model = fields.model ?? 'pinecone-sparse-english-v0'
    this.#calls = new DocumentAndQueryCalls(this.model, 'sparse', fields, SOURCE_TAG)
  }

  /** The client that sends the requests: the one you passed, or its own. */
  get client(): PineconeInference {
    return this.#calls.client
  }

  get truncate(): string | undefined {
    return this.#calls.truncate
  }

  get batchSize(): number | undefined {
    return this.#calls.batchSize
  }

  get blankAs(): string | undefined {
    return this.#calls.blankAs
  }

  get documentParameters(): Readonly<EmbedParameters> {
    return this.#calls.documentParameters
  }

  get queryParameters(): Readonly<EmbedParameters> {
    return this.#calls.queryParameters
  }

  /** Closes the client, unless you passed it: others may use it. */
  close(): Promise<void> {
    return this.#calls.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /**
   * @returns one sparse vector per text, in order
   * @throws PineconeInferenceError with `inputRange`, and in `partial` what was finished
   */
  override async embedDocuments(texts: string[], options: EmbedCallOptions = {}): Promise<SparseVector[]> {
    checkOptions(options, EMBED_CALL_OPTIONS, 'embedDocuments')
    return (await this.#calls.documents(texts, { ...options, signal: options.signal ?? undefined })).map(
      sparseVector,
    )
  }

  /**
   * @returns the query's vector: a weight for each term id
   * @throws PineconeConfigurationError for an empty text, before anything is sent
   * @throws PineconeInferenceError when the request finally fails
   */
  override async embedQuery(text: string, options: EmbedCallOptions = {}): Promise<SparseVector> {
    checkOptions(options, EMBED_CALL_OPTIONS, 'embedQuery')
    return sparseVector(await this.#calls.query(text, { ...options, signal: signalInRun(options.signal) }))
  }
}

function sparseVector({ sparseIndices, sparseValues }: SparseEmbedding): SparseVector {
  return { indices: sparseIndices, values: sparseValues }
}
