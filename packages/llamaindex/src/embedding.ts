import { BaseEmbedding, type BaseEmbeddingOptions } from '@llamaindex/core/embeddings'
import type { MessageContentDetail } from '@llamaindex/core/llms'
import { extractSingleText } from '@llamaindex/core/utils'
import { type DimensionOf, type EmbedModel, hostedModel } from '@pinecone-inference/client'
import {
  checkOptions,
  DocumentAndQueryCalls,
  EMBEDDING_FIELDS,
  type EmbeddingFields,
} from '@pinecone-inference/client/adapters'

export type PineconeEmbeddingFields<
  M extends EmbedModel = EmbedModel,
  D extends number = never,
> = EmbeddingFields<M> & {
  /** A dense model. Default `multilingual-e5-large`. */
  model?: M | undefined
  /** Length of a vector, one of the model's. Default: the model's own. */
  dimension?: DimensionOf<M, D> | undefined
}

/** LlamaIndex's options, and what they have no room for. */
export type EmbedCallOptions = BaseEmbeddingOptions & {
  /** Aborts the call; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined
}

/**
 * Dense embeddings from a model hosted by Pinecone. Nodes are sent as `passage`, queries as `query`; any number
 * of texts, split to the model's limits and sent side by side.
 *
 * @example
 * ```ts
 * Settings.embedModel = new PineconeEmbedding({ model: 'llama-text-embed-v2' })
 * const index = await VectorStoreIndex.fromDocuments(documents)
 * ```
 *
 * @throws PineconeConfigurationError when built without a key, with a sparse or rerank model, or with a
 * dimension or parameter the model does not take
 */
export class PineconeEmbedding<
  M extends EmbedModel = EmbedModel,
  D extends number = never,
> extends BaseEmbedding {
  readonly model: string
  readonly #calls: DocumentAndQueryCalls<'dense'>
  readonly #initialBatchSize: number

  /** A field, because the framework passes it on without its object. */
  override getTextEmbeddings = (texts: string[]): Promise<number[][]> => this.getTextEmbeddingsBatch(texts)

  constructor(fields: PineconeEmbeddingFields<M, D> = {}) {
    super()
    checkOptions(fields, { ...EMBEDDING_FIELDS, dimension: true }, 'PineconeEmbedding')
    this.model = fields.model ?? 'multilingual-e5-large'
    this.#calls = new DocumentAndQueryCalls(this.model, 'dense', fields)
    const facts = hostedModel(this.model)
    this.#initialBatchSize = fields.batchSize ?? facts?.maxBatchSize ?? 96
    this.embedBatchSize = this.#initialBatchSize
    const dimensions = this.#calls.documentParameters.dimension ?? onlyOne(facts?.dimensions)
    if (dimensions !== undefined) this.embedInfo = { dimensions }
    // The ingestion cache keys on this id, which is random in the base; it must be what decides the vectors.
    this.id = `PineconeEmbedding ${this.model} ${sortedJson(this.#calls.documentParameters)}`
  }

  override async getTextEmbedding(
    text: string,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<number[]> {
    return (await this.#calls.document(text, options)).values
  }

  /**
   * @returns one vector per text, in order
   * @throws PineconeInferenceError with `inputRange`, and in `partial` what is finished
   */
  override async getTextEmbeddingsBatch(
    texts: string[],
    options: EmbedCallOptions = {},
  ): Promise<number[][]> {
    const { signal, progressCallback, logProgress, logger = console } = options
    const embeddings = await this.#calls.documents(texts, {
      ...this.#ownBatchSize(),
      ...(signal ? { signal } : {}),
      onProgress: ({ done, total }) => {
        if (logProgress) logger.log(`getting embedding progress: ${done} / ${total}`)
        // What it rejects with is then a warning, as what it throws.
        return progressCallback?.(done, total)
      },
    })
    return embeddings.map(({ values }) => values)
  }

  /** @returns null, as the base does, for a query without text such as an image */
  override async getQueryEmbedding(
    query: MessageContentDetail | string,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<number[] | null> {
    const text = typeof query === 'string' ? query : extractSingleText(query)
    return text ? (await this.#calls.query(text, options)).values : null
  }

  /** `embedBatchSize` may be set at any time; unset, `batchSize` holds, or the model's limit as the client knows it. */
  #ownBatchSize(): { batchSize?: number } {
    return this.embedBatchSize === this.#initialBatchSize ? {} : { batchSize: this.embedBatchSize }
  }
}

function onlyOne<T>(values: readonly T[] | undefined): T | undefined {
  return values?.length === 1 ? values[0] : undefined
}

function sortedJson(parameters: object): string {
  return JSON.stringify(Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1)))
}
