import { type Callbacks, parseCallbackConfigArg } from '@langchain/core/callbacks/manager'
import { Document, type DocumentInterface } from '@langchain/core/documents'
import { BaseDocumentCompressor } from '@langchain/core/retrievers/document_compressors'
import { type RunnableConfig, RunnableLambda } from '@langchain/core/runnables'
import {
  PineconeConfigurationError,
  type PineconeInference,
  type RerankDocument,
  type RerankModel,
  type RerankParameters,
} from '@pinecone-inference/client'
import {
  type Candidates,
  type RerankCallOptions as ClientsRerankCallOptions,
  checkOptions,
  checkReturnDocuments,
  RERANK_CALL_OPTIONS,
  RERANK_FIELDS,
  RerankCalls,
  type RerankFields,
  refusedInput,
} from '@pinecone-inference/client/adapters'
import { ownMetadata } from './own-metadata.js'
import { eitherSignal, signalInRun } from './signal-of-run.js'
import { SOURCE_TAG } from './source-tag.js'

export interface RerankCallOptions extends Omit<ClientsRerankCallOptions, 'signal'> {
  /**
   * Aborts the call; it rejects with the signal's reason. If absent, the call ends with the run that it is part of;
   * null keeps it independent.
   */
  signal?: AbortSignal | null | undefined
}

export type PineconeRerankFields<M extends RerankModel = RerankModel, P = unknown> = RerankFields<M, P> & {
  /** Whether `rerank()` returns your own document with its score. Default false. */
  returnDocuments?: boolean | undefined
}

/** What `rerank` ranks: LangChain documents, texts, or plain objects of fields. */
export type Rankable = DocumentInterface | string | object

export interface RankedResult<D> {
  /** Position in the list of documents. */
  index: number
  /** Relevance to the query; 0 to 1 for the hosted models. */
  score: number
  /** Your own document, if `returnDocuments` is set. */
  document?: D
}

/** The inputs of the run, as tracers see them. */
interface Compression {
  query: string
  documents: DocumentInterface[]
}

/**
 * Reranks documents with a model hosted by Pinecone. A list too long for one request is split, and the rankings are merged.
 * The rank field `text` is a document's `pageContent`.
 *
 * @example
 * ```ts
 * const retriever = new ContextualCompressionRetriever({
 *   baseRetriever: store.asRetriever(50),
 *   baseCompressor: new PineconeRerank({ topN: 5 }),
 * })
 * ```
 *
 * @throws PineconeConfigurationError if constructed without a key or with a model that does not rerank
 */
export class PineconeRerank<
  M extends RerankModel = RerankModel,
  const P = unknown,
> extends BaseDocumentCompressor {
  readonly #calls: RerankCalls
  readonly #returnDocuments: boolean

  constructor(fields: PineconeRerankFields<M, P> = {}) {
    super()
    checkOptions(fields, { ...RERANK_FIELDS, returnDocuments: true }, 'PineconeRerank')
    this.#calls = new RerankCalls(fields, SOURCE_TAG)
    checkReturnDocuments(fields.returnDocuments)
    this.#returnDocuments = fields.returnDocuments ?? false
  }

  /** The client that sends the requests: the one you passed in, or its own. */
  get client(): PineconeInference {
    return this.#calls.client
  }

  get model(): string {
    return this.#calls.model
  }

  /** Whether `rerank()` returns your own document with its score. */
  get returnDocuments(): boolean {
    return this.#returnDocuments
  }

  get topN(): number | undefined {
    return this.#calls.topN
  }

  get rankFields(): readonly string[] {
    return this.#calls.rankFields
  }

  get scoreThreshold(): number | undefined {
    return this.#calls.scoreThreshold
  }

  get parameters(): Readonly<RerankParameters> {
    return this.#calls.parameters
  }

  /** Closes the client, unless you passed it in: others may be using it. */
  close(): Promise<void> {
    return this.#calls.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /**
   * Returns copies of the documents with `metadata.relevanceScore`, best first. Ids and metadata are kept; your own
   * documents are not changed.
   *
   * For tracers and callbacks this is a run of its own, `PineconeRerank`. Its inputs are the query and the documents;
   * its outputs are the ranked documents and the model that ranked them, because a retired one is served by another.
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
    const { sent } = this.#candidates(documents)
    const own = documents.map((document) => copyOf(document, ownMetadata(document.metadata)))
    const run = RunnableLambda.from(async (input: Compression, { signal }: RunnableConfig) => {
      const { data, model } = await this.#rank({ items: own, sent }, input.query, {
        ...options,
        signal: options.signal === null ? undefined : eitherSignal(options.signal, signal),
      })
      return {
        documents: data.map(({ item, score }) => copyOf(item, { ...item.metadata, relevanceScore: score })),
        model,
      }
    })
    const given: RunnableConfig = parseCallbackConfigArg(config)
    const ranking = await run.invoke(
      { query, documents: own },
      {
        ...given,
        // A signal that never aborts, in place of the surrounding run's.
        ...(options.signal === null ? { signal: new AbortController().signal } : {}),
        runName: given.runName ?? 'PineconeRerank',
        // `ls_…` are LangSmith's names. A `model` in the chain's metadata is another model.
        metadata: {
          ...given.metadata,
          model: this.model,
          ls_provider: 'pinecone',
          ls_model_name: this.model,
        },
      },
    )
    return ranking.documents
  }

  /** Returns positions and scores, best first, for texts or documents of any kind. */
  async rerank<D extends Rankable>(
    documents: readonly D[],
    query: string,
    options: RerankCallOptions = {},
  ): Promise<RankedResult<D>[]> {
    checkOptions(options, RERANK_CALL_OPTIONS, 'rerank')
    const candidates = this.#candidates(documents)
    const signal = signalInRun(options.signal)
    const { data } = await this.#rank(candidates, query, { ...options, signal })
    return data.map(({ item, ...ranked }) => (this.returnDocuments ? { ...ranked, document: item } : ranked))
  }

  #candidates<D extends Rankable>(documents: readonly D[]): Candidates<D> {
    if (!Array.isArray(documents)) {
      throw new PineconeConfigurationError('documents', 'must be an array of documents, texts or objects')
    }
    return this.#calls.candidates<D>(documents, fieldsOf)
  }

  async #rank<D>(candidates: Candidates<D>, query: string, options: ClientsRerankCallOptions) {
    if (candidates.items.length === 0) return { data: [], model: this.model }
    return this.#calls.rank(candidates, query, options)
  }
}

/** A `Document` keeps its class and its own fields. */
function copyOf(document: DocumentInterface, metadata: Document['metadata']): Document {
  if (document instanceof Document) {
    return Object.assign(Object.create(Object.getPrototypeOf(document)), document, { metadata })
  }
  const { id, pageContent } = document
  return new Document({ ...(id === undefined ? {} : { id }), pageContent, metadata })
}

function fieldsOf(document: Rankable, index: number): RerankDocument {
  if (typeof document === 'string') return { text: document }
  if (!isDocument(document)) return document as RerankDocument
  const { pageContent, metadata } = document
  if (typeof pageContent !== 'string') {
    throw refusedInput(
      `documents[${index}].pageContent`,
      `is ${pageContent === null ? 'null' : typeof pageContent}; it must be a string`,
      index,
    )
  }
  return { ...metadata, text: pageContent }
}

function isDocument(document: Exclude<Rankable, string>): document is DocumentInterface {
  return typeof document === 'object' && document !== null && 'pageContent' in document
}
