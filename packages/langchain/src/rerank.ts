import { Document, type DocumentInterface } from '@langchain/core/documents'
import { BaseDocumentCompressor } from '@langchain/core/retrievers/document_compressors'
import {
  type ClientFields,
  checkHostedModel,
  checkTopN,
  clientFrom,
  PineconeConfigurationError,
  type PineconeInference,
  type RerankDocument,
  type RerankModel,
} from '@pinecone-inference/client'

export type PineconeRerankFields = ClientFields & {
  /** A rerank model. Default `bge-reranker-v2-m3`. */
  model?: RerankModel
  /** Keep only the best n. Default: all of them. */
  topN?: number
  /**
   * What to rank by: `text` is a document's `pageContent`, any other name a metadata field.
   * Default `['text']`. Only these are sent.
   */
  rankFields?: readonly string[]
  /** Drop documents that score below this (0 to 1 for the hosted models). Default: drop none. */
  scoreThreshold?: number
  /** In `rerank()`, put the caller's own document beside its score. Default false. */
  returnDocuments?: boolean
  /** Model parameters, such as `{ truncate: 'NONE' }`. */
  parameters?: Record<string, unknown>
}

/** What `rerank` ranks: LangChain documents, texts, or plain objects of fields. */
export type Rankable = DocumentInterface | string | Record<string, unknown>

export interface RerankCallOptions {
  /** In place of the reranker's own `topN`. */
  topN?: number
  /** Aborts the call; it rejects with the signal's reason. */
  signal?: AbortSignal
}

export interface RankedResult<D> {
  /** Position in the documents given. */
  index: number
  /** Relevance to the query, 0 to 1 for the hosted models. */
  score: number
  /** The document given, with `returnDocuments`. */
  document?: D
}

/**
 * Reranks documents by a model hosted by Pinecone. Any number of them: more than one request may hold are
 * split and merged.
 *
 * @example
 * ```ts
 * const retriever = new ContextualCompressionRetriever({
 *   baseRetriever: store.asRetriever(50),
 *   baseCompressor: new PineconeRerank({ topN: 5 }),
 * })
 * ```
 *
 * @throws PineconeConfigurationError when built without a key or with a model that does not rerank
 */
export class PineconeRerank extends BaseDocumentCompressor {
  readonly model: string
  readonly topN: number | undefined
  readonly rankFields: readonly string[]
  readonly scoreThreshold: number | undefined
  readonly #client: PineconeInference
  readonly #returnDocuments: boolean
  readonly #parameters: Record<string, unknown> | undefined

  constructor(fields: PineconeRerankFields = {}) {
    super()
    this.model = fields.model ?? 'bge-reranker-v2-m3'
    this.topN = fields.topN
    this.rankFields = fields.rankFields ?? ['text']
    this.scoreThreshold = fields.scoreThreshold
    this.#returnDocuments = fields.returnDocuments ?? false
    this.#parameters = fields.parameters
    checkHostedModel(this.model, { task: 'rerank', parameters: fields.parameters })
    checkTopN(this.topN)
    if (this.scoreThreshold !== undefined && !Number.isFinite(this.scoreThreshold)) {
      throw new PineconeConfigurationError('scoreThreshold', `is ${this.scoreThreshold}; it must be a number`)
    }
    this.#client = clientFrom(fields)
  }

  /**
   * Best first: copies of the documents with `metadata.relevanceScore`. Id and metadata are kept, the
   * documents given are left as they are.
   */
  override async compressDocuments(
    documents: DocumentInterface[],
    query: string,
    _callbacks?: unknown,
    options?: RerankCallOptions,
  ): Promise<Document[]> {
    const ranked = await this.#rank(documents, query, options)
    return ranked.map(
      ({ document: { id, pageContent, metadata }, score }) =>
        new Document({
          ...(id === undefined ? {} : { id }),
          pageContent,
          metadata: { ...metadata, relevanceScore: score },
        }),
    )
  }

  /** Best first: positions and scores, for texts or documents of any kind. */
  async rerank<D extends Rankable>(
    documents: readonly D[],
    query: string,
    options?: RerankCallOptions,
  ): Promise<RankedResult<D>[]> {
    const ranked = await this.#rank(documents, query, options)
    return this.#returnDocuments ? ranked : ranked.map(({ index, score }) => ({ index, score }))
  }

  async #rank<D extends Rankable>(
    documents: readonly D[],
    query: string,
    options: RerankCallOptions = {},
  ): Promise<Required<RankedResult<D>>[]> {
    if (documents.length === 0) return []
    const topN = options.topN ?? this.topN
    const { data } = await this.#client.rerankAll(
      {
        model: this.model,
        query,
        documents: documents.map((document) => this.#fieldsOf(document)),
        rankFields: this.rankFields,
        returnDocuments: false,
        ...(topN === undefined ? {} : { topN }),
        ...(this.#parameters ? { parameters: this.#parameters } : {}),
      },
      options.signal ? { signal: options.signal } : {},
    )
    const { scoreThreshold = Number.NEGATIVE_INFINITY } = this
    return data.flatMap(({ index, score }) => {
      const document = documents[index]
      return document !== undefined && score >= scoreThreshold ? [{ index, score, document }] : []
    })
  }

  #fieldsOf(document: Rankable): RerankDocument {
    if (typeof document === 'string') return { text: document }
    const fields = isDocument(document) ? { ...document.metadata, text: document.pageContent } : document
    return Object.fromEntries(
      this.rankFields.flatMap((field) => {
        const value: unknown = fields[field]
        return value === undefined ? [] : [[field, typeof value === 'number' ? String(value) : value]]
      }),
    )
  }
}

function isDocument(document: object): document is DocumentInterface {
  return 'pageContent' in document
}
