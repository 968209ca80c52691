import { BaseEmbedding, type BaseEmbeddingOptions } from '@llamaindex/core/embeddings'
import type { MessageContentDetail } from '@llamaindex/core/llms'
import type { BaseNode } from '@llamaindex/core/schema'
import { extractSingleText } from '@llamaindex/core/utils'
import {
  type DimensionOf,
  type EmbedModel,
  type EmbedParameters,
  hostedModel,
  PineconeConfigurationError,
  type PineconeInference,
} from '@pinecone-inference/client'
import {
  asWritten,
  atPositions,
  checkOptions,
  DocumentAndQueryCalls,
  EMBEDDING_FIELDS,
  type EmbeddingFields,
  type NamesOf,
  refusedInput,
  withoutUndefined,
} from '@pinecone-inference/client/adapters'
import { namesOf, textOf } from './text-of-node.js'

export type PineconeEmbeddingFields<
  M extends EmbedModel = EmbedModel,
  D extends number = never,
> = EmbeddingFields<M> & {
  /** A dense model. Default `multilingual-e5-large`. */
  model?: M | undefined
  /** Length of a vector, one that the model supports. Default: the model's own. */
  dimension?: DimensionOf<M, D> | undefined
  /** LlamaIndex's name for `batchSize`. */
  embedBatchSize?: number | undefined
}

/** Options beyond LlamaIndex's own interface. */
export interface SingleCallOptions {
  /** Aborts the call; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Milliseconds for the whole call, including retries. Default: no limit; each attempt still has its own. */
  timeout?: number | undefined
}

/** LlamaIndex's own options, plus `signal` and `timeout`. */
export type EmbedCallOptions = BaseEmbeddingOptions & SingleCallOptions

const SINGLE_CALL: NamesOf<SingleCallOptions> = { signal: true, timeout: true }
const BATCH_CALL: NamesOf<EmbedCallOptions> = {
  ...SINGLE_CALL,
  logProgress: true,
  progressCallback: true,
  logger: true,
}

/**
 * Dense embeddings from a model hosted by Pinecone. Nodes are sent as `passage`, queries as `query`. Any number of
 * texts is split to the model's limits and sent in parallel.
 *
 * @example
 * ```ts
 * Settings.embedModel = new PineconeEmbedding({ model: 'llama-text-embed-v2' })
 * const index = await VectorStoreIndex.fromDocuments(documents)
 * ```
 *
 * @throws PineconeConfigurationError if constructed without a key, with a sparse or rerank model, or with a dimension
 * or parameter that the model does not accept
 */
export class PineconeEmbedding<
  M extends EmbedModel = EmbedModel,
  D extends number = never,
> extends BaseEmbedding {
  readonly #calls: DocumentAndQueryCalls<'dense'>
  readonly #initialBatchSize: number
  readonly #ownGetTextEmbeddings: (texts: string[]) => Promise<number[][]>

  /** A field, because the framework calls it without its object. */
  override getTextEmbeddings = (texts: string[]): Promise<number[][]> => this.#send(texts, {})

  constructor(fields: PineconeEmbeddingFields<M, D> = {}) {
    super((nodes, options) => this.#embedNodes(nodes, options))
    this.#ownGetTextEmbeddings = this.getTextEmbeddings
    checkOptions(fields, { ...EMBEDDING_FIELDS, dimension: true, embedBatchSize: true }, 'PineconeEmbedding')
    const model = fields.model ?? 'multilingual-e5-large'
    const { embedBatchSize, batchSize = embedBatchSize, ...shared } = fields
    if (embedBatchSize !== undefined && embedBatchSize !== batchSize) {
      throw new PineconeConfigurationError(
        'embedBatchSize',
        `is ${asWritten(embedBatchSize)}, and batchSize ${asWritten(batchSize)}`,
      )
    }
    this.#calls = new DocumentAndQueryCalls(model, 'dense', { ...shared, batchSize })
    const facts = hostedModel(model)
    this.#initialBatchSize = batchSize ?? facts?.maxBatchSize ?? 96
    this.embedBatchSize = this.#initialBatchSize
    const { dimension: dimensions } = this.#calls
    const maxTokens = facts?.maxSequenceLength
    this.embedInfo = { ...(dimensions && { dimensions }), ...(maxTokens && { maxTokens }) }
    // A hit in an ingestion cache loses the vectors: `jsonToDoc` of core 0.6.22 restores text nodes without them. Cache
    // keys contain this id, so an id that is new at each reading never hits.
    Object.defineProperty(this, 'id', { get: () => globalThis.crypto.randomUUID(), enumerable: true })
  }

  /** The client that sends the requests: the one you passed in, or its own. */
  get client(): PineconeInference {
    return this.#calls.client
  }

  get model(): string {
    return this.#calls.model
  }

  /** Length of a vector: as requested, or the model's default if it is known. */
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

  /** Closes the client, unless you passed it in: others may be using it. */
  close(): Promise<void> {
    return this.#calls.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  override async getTextEmbedding(text: string, options: SingleCallOptions = {}): Promise<number[]> {
    checkOptions(options, SINGLE_CALL, 'getTextEmbedding')
    return (await this.#calls.document(text, options)).values
  }

  /**
   * If `progressCallback` throws, the call rejects with what was thrown, as in the base class.
   *
   * @returns one vector per text, in order
   * @throws PineconeInferenceError with `inputRange`, and what was finished in `partial`
   */
  override async getTextEmbeddingsBatch(
    texts: string[],
    options: EmbedCallOptions = {},
  ): Promise<number[][]> {
    checkOptions(options, BATCH_CALL, 'getTextEmbeddingsBatch')
    return this.getTextEmbeddings === this.#ownGetTextEmbeddings
      ? this.#send(texts, options)
      : super.getTextEmbeddingsBatch(texts, options)
  }

  /** @returns null, as in the base class, for a query without text, such as an image */
  override async getQueryEmbedding(
    query: MessageContentDetail | string,
    options: SingleCallOptions = {},
  ): Promise<number[] | null> {
    checkOptions(options, SINGLE_CALL, 'getQueryEmbedding')
    const text = typeof query === 'string' ? query : extractSingleText(query)
    return text ? (await this.#calls.query(text, options)).values : null
  }

  /**
   * Embeds many queries at once.
   *
   * @returns one vector per query, in order
   */
  async getQueryEmbeddings(queries: string[], options: SingleCallOptions = {}): Promise<number[][]> {
    checkOptions(options, SINGLE_CALL, 'getQueryEmbeddings')
    return (await this.#calls.queries(queries, options)).map(({ values }) => values)
  }

  /** A node without text gets no vector: an ingestion pipeline then leaves it out, and an index cannot store it. */
  async #embedNodes(nodes: BaseNode[], options: EmbedCallOptions = {}): Promise<BaseNode[]> {
    const { signal, timeout, logProgress, progressCallback, logger } = options
    const all = nodes.map((node, position) => ({ node, position, text: textOf(node) }))
    const isBlank = ({ text }: { text: string }) => this.blankAs === undefined && text.trim() === ''
    const blank = all.filter(isBlank)
    const [first] = blank
    if (first) {
      const names = namesOf(blank.map(({ node }) => node))
      if (isFromIndex(options)) {
        throw refusedInput(
          names,
          'cannot be stored in an index without text: leave out nodes that have none, or set blankAs',
          first.position,
        )
      }
      ;(logger ?? console).warn(`no vector for ${names}: no text; set blankAs to embed such nodes`)
    }
    const embedded = all.filter((one) => !isBlank(one))
    if (embedded.length === 0) return nodes
    try {
      const vectors = await this.getTextEmbeddingsBatch(
        embedded.map(({ text }) => text),
        withoutUndefined({ signal, timeout, logProgress, progressCallback, logger }),
      )
      for (const [i, { node }] of embedded.entries()) node.embedding = vectors[i]
    } catch (error) {
      const argument = (position: number) => namesOf(nodes.slice(position, position + 1))
      throw atPositions(error, { positions: embedded.map(({ position }) => position), argument, signal })
    }
    return nodes
  }

  async #send(texts: string[], options: EmbedCallOptions): Promise<number[][]> {
    const { signal, timeout, progressCallback, logProgress, logger = console } = options
    const stop = new AbortController()
    const embeddings = await this.#calls.documents(texts, {
      // `embedBatchSize` may be set at any time. If it was not, `batchSize` applies, or the model's limit.
      batchSize: this.embedBatchSize === this.#initialBatchSize ? undefined : this.embedBatchSize,
      timeout,
      signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
      onProgress: ({ done, total }) => {
        if (logProgress) logger.log(`getting embedding progress: ${done} / ${total}`)
        try {
          // If it rejects, that becomes a warning: the base class does not wait for it either.
          return progressCallback?.(done, total)
        } catch (error) {
          stop.abort(error)
        }
      },
    })
    stop.signal.throwIfAborted()
    return embeddings.map(({ values }) => values)
  }
}

/** VectorStoreIndex of llamaindex 0.12.1 passes both, and fails with "Embedding not set" on a node without a vector. */
function isFromIndex(options: EmbedCallOptions): boolean {
  return 'logProgress' in options && 'progressCallback' in options
}
