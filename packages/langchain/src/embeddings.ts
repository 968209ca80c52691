import { Embeddings } from '@langchain/core/embeddings'
import type { DimensionOf, EmbedModel, EmbedParameters, PineconeInference } from '@pinecone-inference/client'
import {
  checkOptions,
  DocumentAndQueryCalls,
  EMBEDDING_FIELDS,
  type EmbeddingFields,
} from '@pinecone-inference/client/adapters'
import { EMBED_CALL_OPTIONS, type EmbedCallOptions } from './embed-call-options.js'
import { signalInRun } from './signal-of-run.js'
import { SOURCE_TAG } from './source-tag.js'

export type PineconeEmbeddingsFields<
  M extends EmbedModel = EmbedModel,
  D extends number = never,
> = EmbeddingFields<M> & {
  /** A dense model. Default `multilingual-e5-large`. */
  model?: M | undefined
  /** Length of a vector, one of the model's. Default: the model's own. */
  dimension?: DimensionOf<M, D> | undefined
}

/**
 * Dense embeddings from a model hosted by Pinecone. Documents are sent as `passage`, queries as `query`. Any number of
 * documents is split to the model's limits and sent side by side.
 *
 * @example
 * ```ts
 * const embeddings = new PineconeEmbeddings({ model: 'llama-text-embed-v2' })
 * const store = await MemoryVectorStore.fromDocuments(documents, embeddings)
 * ```
 *
 * @throws PineconeConfigurationError when built without a key, with a sparse or rerank model, or with a
 * dimension or parameter the model does not take
 */
export class PineconeEmbeddings<
  M extends EmbedModel = EmbedModel,
  D extends number = never,
> extends Embeddings {
  readonly model: string
  readonly #calls: DocumentAndQueryCalls<'dense'>

  constructor(fields: PineconeEmbeddingsFields<M, D> = {}) {
    // The client retries and limits what is in flight. LangChain's caller is not used, so that retries do not stack.
    super({ maxRetries: 0 })
    checkOptions(fields, { ...EMBEDDING_FIELDS, dimension: true }, 'PineconeEmbeddings')
    this.model = fields.model ?? 'multilingual-e5-large'
    this.#calls = new DocumentAndQueryCalls(this.model, 'dense', fields, SOURCE_TAG)
  }

  /** The client that sends the requests: the one you passed, or its own. */
  get client(): PineconeInference {
    return this.#calls.client
  }

  /** Length of a vector: as asked for, or the model's default where it is known. */
  get dimension(): number | undefined {
    return this.#calls.dimension
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
   * @returns one vector per text, in order
   * @throws PineconeInferenceError with `inputRange`, and in `partial` what was finished
   */
  override async embedDocuments(texts: string[], options: EmbedCallOptions = {}): Promise<number[][]> {
    checkOptions(options, EMBED_CALL_OPTIONS, 'embedDocuments')
    return (await this.#calls.documents(texts, { ...options, signal: options.signal ?? undefined })).map(
      ({ values }) => values,
    )
  }

  /**
   * @returns the query's vector, a number per dimension
   * @throws PineconeConfigurationError for an empty text, before anything is sent
   * @throws PineconeInferenceError when the request finally fails
   */
  override async embedQuery(text: string, options: EmbedCallOptions = {}): Promise<number[]> {
    checkOptions(options, EMBED_CALL_OPTIONS, 'embedQuery')
    return (await this.#calls.query(text, { ...options, signal: signalInRun(options.signal) })).values
  }
}
