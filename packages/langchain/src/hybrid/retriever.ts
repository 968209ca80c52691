import { Document, type DocumentInterface } from '@langchain/core/documents'
import type { EmbeddingsInterface } from '@langchain/core/embeddings'
import { BaseRetriever, type BaseRetrieverInput } from '@langchain/core/retrievers'
import { PineconeConfigurationError } from '@pinecone-inference/client'
import { checkOptions, checkSignal, type NamesOf, refusedInput } from '@pinecone-inference/client/adapters'
import { ownMetadata } from '../own-metadata.js'
import type { SparseVector } from '../sparse-embeddings.js'
import { checkDocuments, checkFields, checkQuery, idsOf } from './check-arguments.js'
import { flatMetadata } from './flat-metadata.js'
import type { HybridIndexes, IndexMatch, IndexRecord, PineconeIndex } from './index-client.js'
import { search } from './search.js'
import { hashOf, storeDocuments } from './store-documents.js'

interface HybridSearchFields extends BaseRetrieverInput {
  /** Embeddings for dense vectors, such as `PineconeEmbeddings`. */
  embeddings: EmbeddingsInterface
  /** Embeddings for sparse vectors, such as `PineconeSparseEmbeddings`. */
  sparseEmbeddings: EmbeddingsInterface<SparseVector>
  /** How many documents to return. Default 4. */
  topK?: number | undefined
  /** Weight of the dense vectors, 0 to 1; the sparse ones get the rest. Default 0.5. */
  alpha?: number | undefined
  /** Namespace in the index, or in both indexes. Default: that of the index object. */
  namespace?: string | undefined
  /** Metadata that documents must have, in Pinecone's filter language. */
  filter?: object | undefined
  /** Metadata field that holds a document's text. Default `text`. */
  textKey?: string | undefined
}

/** The fields with their defaults. */
type HybridSettings = Pick<
  PineconeHybridSearchRetriever,
  'embeddings' | 'sparseEmbeddings' | 'topK' | 'alpha' | 'namespace' | 'filter' | 'textKey'
>

/** Either one index with both kinds of vectors, whose metric must be `dotproduct`, or one index per kind. */
export type PineconeHybridSearchRetrieverFields = HybridSearchFields &
  (
    | { index: PineconeIndex; denseIndex?: undefined; sparseIndex?: undefined }
    | { index?: undefined; denseIndex: PineconeIndex; sparseIndex: PineconeIndex }
  )

const FIELDS: NamesOf<HybridSearchFields & { index: unknown; denseIndex: unknown; sparseIndex: unknown }> = {
  embeddings: true,
  sparseEmbeddings: true,
  index: true,
  denseIndex: true,
  sparseIndex: true,
  topK: true,
  alpha: true,
  namespace: true,
  filter: true,
  textKey: true,
  callbacks: true,
  tags: true,
  metadata: true,
  verbose: true,
}

export interface AddOptions {
  /**
   * One id per text, each used once. Default: a document's own id, or else a hash of its text and metadata, so that a
   * document that is added twice is stored once.
   */
  ids?: readonly string[] | undefined
  /** Aborts the call; it rejects with the signal's reason. What was stored by then stays stored. */
  signal?: AbortSignal | undefined
}

const ADD_OPTIONS: NamesOf<AddOptions> = { ids: true, signal: true }

/**
 * Hybrid search in Pinecone: by meaning and by words. Like LangChain's Python class of the same name, it searches an
 * index with dense and sparse vectors. It also accepts a dense and a sparse index, and merges their rankings by
 * reciprocal rank.
 *
 * @example
 * ```ts
 * const retriever = new PineconeHybridSearchRetriever({
 *   embeddings: new PineconeEmbeddings(),
 *   sparseEmbeddings: new PineconeSparseEmbeddings(),
 *   index: new Pinecone().index('docs'),
 * })
 * await retriever.addDocuments(documents)
 * const found = await retriever.invoke('How do I limit connections?')
 * ```
 *
 * @throws PineconeConfigurationError if constructed with neither one index nor two, or with an `alpha` outside 0 to 1
 */
export class PineconeHybridSearchRetriever extends BaseRetriever {
  lc_namespace = ['pinecone-inference', 'retrievers']

  readonly #settings: HybridSettings
  readonly #indexes: HybridIndexes

  static override lc_name(): string {
    return 'PineconeHybridSearchRetriever'
  }

  constructor(fields: PineconeHybridSearchRetrieverFields) {
    checkOptions(fields, FIELDS, 'PineconeHybridSearchRetriever')
    super(fields)
    checkFields({ ...fields })
    const { index, denseIndex, sparseIndex } = fields
    const namespace = fields.namespace ?? undefined
    this.#settings = {
      embeddings: fields.embeddings,
      sparseEmbeddings: fields.sparseEmbeddings,
      topK: fields.topK ?? 4,
      alpha: fields.alpha ?? 0.5,
      namespace,
      filter: fields.filter ? ownMetadata(fields.filter) : undefined,
      textKey: fields.textKey ?? 'text',
    }
    const within = (one: PineconeIndex) => (namespace === undefined ? one : one.namespace(namespace))
    if (index !== undefined && denseIndex === undefined && sparseIndex === undefined) {
      this.#indexes = { both: within(index) }
    } else if (index === undefined && denseIndex !== undefined && sparseIndex !== undefined) {
      this.#indexes = { dense: within(denseIndex), sparse: within(sparseIndex) }
    } else {
      throw new PineconeConfigurationError(
        'index',
        'must be the only index, with both kinds of vectors, or be replaced by denseIndex and sparseIndex',
      )
    }
  }

  get embeddings(): EmbeddingsInterface {
    return this.#settings.embeddings
  }

  get sparseEmbeddings(): EmbeddingsInterface<SparseVector> {
    return this.#settings.sparseEmbeddings
  }

  get topK(): number {
    return this.#settings.topK
  }

  get alpha(): number {
    return this.#settings.alpha
  }

  get namespace(): string | undefined {
    return this.#settings.namespace
  }

  get filter(): object | undefined {
    return this.#settings.filter
  }

  get textKey(): string {
    return this.#settings.textKey
  }

  /**
   * Embeds documents and stores them, up to 960 at a time. Nested metadata is stored under keys joined by dots.
   *
   * @returns the ids that they are stored under, in order
   * @throws PineconeConfigurationError before anything is sent, for metadata that cannot be stored, or an id given
   * twice
   * @throws PineconeInferenceError with `inputRange` if some cannot be embedded, and PineconeIndexError if some cannot
   * be stored; those before them are stored
   */
  async addDocuments(documents: readonly DocumentInterface[], options: AddOptions = {}): Promise<string[]> {
    checkOptions(options, ADD_OPTIONS, 'addDocuments')
    const { ids, signal } = options
    checkSignal('signal', signal)
    checkDocuments(documents)
    const given = idsOf(documents, ids)
    const unstored = documents.map((document, position) => ({
      id: given[position],
      text: document.pageContent,
      position,
      metadata: this.#metadataOf(document, position),
    }))
    const all = await Promise.all(
      unstored.map(async ({ id, ...rest }) => ({ id: id ?? (await hashOf(rest.metadata)), ...rest })),
    )
    const { embeddings, sparseEmbeddings } = this
    await storeDocuments(all, { embeddings, sparseEmbeddings, indexes: this.#indexes }, signal)
    return all.map(({ id }) => id)
  }

  /**
   * Embeds texts and stores them.
   *
   * @param metadatas one per text, or one for all of them, as in `fromTexts` of LangChain's vector stores; an empty
   * list means none
   */
  async addTexts(
    texts: readonly string[],
    metadatas: readonly Record<string, unknown>[] | Record<string, unknown> = [],
    options?: AddOptions,
  ): Promise<string[]> {
    const metadataOf = perText(metadatas, texts)
    const documents = texts.map((text, i) => new Document({ pageContent: text, metadata: metadataOf(i) }))
    return this.addDocuments(documents, options)
  }

  /**
   * @throws PineconeConfigurationError for a blank query, before anything is sent, and if no record that was found has
   * a text
   * @throws PineconeIndexError if the index does not answer
   */
  override async _getRelevantDocuments(query: string): Promise<Document[]> {
    checkQuery(query)
    const [dense, sparse] = await Promise.all([
      this.embeddings.embedQuery(query),
      this.sparseEmbeddings.embedQuery(query),
    ])
    const { alpha, topK, filter } = this
    return this.#documentsOf(await search(this.#indexes, { dense, sparse, alpha, topK, filter }))
  }

  #metadataOf({ pageContent, metadata }: DocumentInterface, position: number): IndexRecord['metadata'] {
    const flat = flatMetadata(metadata ?? {}, position)
    if (flat[this.textKey] !== undefined && flat[this.textKey] !== pageContent) {
      throw refusedInput(
        `documents[${position}].metadata.${this.textKey}`,
        'is where the text is stored: rename it, or set another textKey',
        position,
      )
    }
    return { ...flat, [this.textKey]: pageContent }
  }

  /** A record without text, such as another program's in a shared index, becomes a document with an empty one. */
  #documentsOf(matches: readonly IndexMatch[]): Document[] {
    const isText = (metadata: Metadata = {}) => typeof metadata[this.textKey] === 'string'
    const [first] = matches
    if (first && !matches.some(({ metadata }) => isText(metadata))) {
      throw new PineconeConfigurationError(
        'textKey',
        `is ${JSON.stringify(this.textKey)}, but no record that was found has a text there; ${JSON.stringify(first.id)} has ${Object.keys(first.metadata ?? {}).join(', ') || 'no metadata'}`,
      )
    }
    return matches.map(({ id, score, metadata = {} }) => {
      const { [this.textKey]: text, ...others } = metadata
      const [pageContent, rest] = typeof text === 'string' ? [text, others] : ['', metadata]
      return new Document({ id, pageContent, metadata: score === undefined ? rest : { score, ...rest } })
    })
  }
}

type Metadata = Record<string, unknown>

function perText(
  metadatas: readonly Metadata[] | Metadata,
  texts: readonly string[],
): (i: number) => Metadata {
  if (!Array.isArray(metadatas)) return () => metadatas as Metadata
  if (metadatas.length > 0 && metadatas.length !== texts.length) {
    throw new PineconeConfigurationError('metadatas', `holds ${metadatas.length}, for ${texts.length} texts`)
  }
  return (i) => metadatas[i] ?? {}
}
