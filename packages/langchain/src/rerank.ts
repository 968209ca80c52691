import type { Callbacks } from '@langchain/core/callbacks/manager'
import type { Document, DocumentInterface } from '@langchain/core/documents'
import { BaseDocumentCompressor } from '@langchain/core/retrievers/document_compressors'
import type { RunnableConfig } from '@langchain/core/runnables'
import { PineconeConfigurationError, type RerankDocument, type RerankModel } from '@pinecone-inference/client'
import {
  checkOptions,
  RERANK_CALL_OPTIONS,
  RERANK_FIELDS,
  type RerankCallOptions,
  RerankCalls,
  type RerankFields,
} from '@pinecone-inference/client/adapters'
import { loadRunnables } from './load-runnables.js'
import { ownCopy } from './own-copy.js'
import { eitherSignal, withSignalOfRun } from './signal-of-run.js'

export type PineconeRerankFields<M extends RerankModel = RerankModel, P = unknown> = RerankFields<M, P> & {
  /** In `rerank()`, put the caller's own document beside its score. Default false. */
  returnDocuments?: boolean | undefined
}

/** What `rerank` ranks: LangChain documents, texts, or plain objects of fields. */
export type Rankable = DocumentInterface | string | object

export interface RankedResult<D> {
  /** Position in the documents given. */
  index: number
  /** Relevance to the query, 0 to 1 for the hosted models. */
  score: number
  /** The document given, with `returnDocuments`. */
  document?: D
}

/** Inputs of the run that tracers see. */
interface Compression {
  query: string
  documents: DocumentInterface[]
}

/**
 * Reranks documents by a model hosted by Pinecone. Any number of them: more than one request may hold are
 * split and merged. The rank field `text` is a document's `pageContent`.
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
export class PineconeRerank<
  M extends RerankModel = RerankModel,
  const P = unknown,
> extends BaseDocumentCompressor {
  readonly model: string
  readonly #calls: RerankCalls
  readonly #returnDocuments: boolean

  constructor(fields: PineconeRerankFields<M, P> = {}) {
    super()
    checkOptions(fields, { ...RERANK_FIELDS, returnDocuments: true }, 'PineconeRerank')
    this.#calls = new RerankCalls(fields)
    this.#returnDocuments = fields.returnDocuments ?? false
    this.model = this.#calls.model
  }

  /**
   * Best first: copies of the documents with `metadata.relevanceScore`. Id and metadata are kept, the
   * documents given are left as they are.
   *
   * It is a run of its own, `PineconeRerank`, for tracers and callbacks: with the query and the documents as
   * inputs, and the ranked documents as output.
   *
   * @param config callbacks, as retrievers pass them, or the config of a runnable, whose `signal` is honoured too
   */
  override async compressDocuments(
    documents: DocumentInterface[],
    query: string,
    config?: Callbacks | RunnableConfig,
    options: RerankCallOptions = {},
  ): Promise<Document[]> {
    checkOptions(options, RERANK_CALL_OPTIONS, 'compressDocuments')
    const own = ownCopy(documents)
    const { Document, RunnableLambda, parseCallbackConfigArg } = await loadRunnables()
    const run = RunnableLambda.from(async (input: Compression, { signal }: RunnableConfig) => {
      const ranked = await this.#rank(input.documents, input.query, {
        ...options,
        signal: eitherSignal(options.signal, signal),
      })
      return { documents: ranked.map((result) => new Document(withRelevanceScore(result))) }
    })
    const given: RunnableConfig = parseCallbackConfigArg(config)
    const ranking = await run.invoke(
      { query, documents: own },
      { runName: 'PineconeRerank', ...given, metadata: { model: this.model, ...given.metadata } },
    )
    return ranking.documents
  }

  /** Best first: positions and scores, for texts or documents of any kind. */
  async rerank<D extends Rankable>(
    documents: readonly D[],
    query: string,
    options: RerankCallOptions = {},
  ): Promise<RankedResult<D>[]> {
    checkOptions(options, RERANK_CALL_OPTIONS, 'rerank')
    const ranked = await this.#rank(ownCopy(documents), query, await withSignalOfRun(options))
    return this.#returnDocuments ? ranked : ranked.map(({ index, score }) => ({ index, score }))
  }

  async #rank<D extends Rankable>(
    documents: readonly D[],
    query: string,
    options: RerankCallOptions,
  ): Promise<Required<RankedResult<D>>[]> {
    if (!Array.isArray(documents)) {
      throw new PineconeConfigurationError('documents', 'must be an array of documents, texts or objects')
    }
    if (documents.length === 0) return []
    const ranked = await this.#calls.rank(documents.map(fieldsOf), query, options)
    return ranked.flatMap(({ index, score }) => {
      const document = documents[index]
      return document === undefined ? [] : [{ index, score, document }]
    })
  }
}

function withRelevanceScore({
  document: { id, pageContent, metadata },
  score,
}: Required<RankedResult<DocumentInterface>>): DocumentInterface {
  return {
    ...(id === undefined ? {} : { id }),
    pageContent,
    metadata: { ...metadata, relevanceScore: score },
  }
}

function fieldsOf(document: Rankable): RerankDocument {
  if (typeof document === 'string') return { text: document }
  return isDocument(document)
    ? { ...document.metadata, text: document.pageContent }
    : (document as RerankDocument)
}

function isDocument(document: Exclude<Rankable, string>): document is DocumentInterface {
  return typeof document === 'object' && document !== null && 'pageContent' in document
}
