import { Document, type DocumentInterface } from '@langchain/core/documents'
import type { EmbeddingsInterface } from '@langchain/core/embeddings'
import { BaseRetriever, type BaseRetrieverInput } from '@langchain/core/retrievers'
import { PineconeConfigurationError, PineconeInferenceError } from '@pinecone-inference/client'
import { atPositions, checkOptions, checkSignal, type NamesOf } from '@pinecone-inference/client/adapters'
import { ownMetadata } from '../own-metadata.js'
import type { SparseVector } from '../sparse-embeddings.js'
import { checkDocuments, checkFields, checkIds } from './check-arguments.js'
import { flatMetadata } from './flat-metadata.js'
import { type IndexMatch, type IndexRecord, type PineconeIndex, upserts } from './index-client.js'

interface HybridSearchFields extends BaseRetrieverInput {
  /** Dense vectors, such as `PineconeEmbeddings`. */
  embeddings: EmbeddingsInterface
  /** Sparse vectors, such as `PineconeSparseEmbeddings`. */
  sparseEmbeddings: EmbeddingsInterface<SparseVector>
  /** How many documents to return. Default 4. */
  topK?: number | undefined
  /** Weight of the dense vectors, 0 to 1; the sparse ones have the rest. Default 0.5. */
  alpha?: number | undefined
  /** Namespace of the index, or of both indexes. Default: that of the index object. */
  namespace?: string | undefined
  /** Metadata that documents must have, in Pinecone's filter language. */
  filter?: object | undefined
  /** Metadata field that holds a document's text. Default `text`. */
  textKey?: string | undefined
}

/** Either one index with both kinds of vectors, whose metric must be `dotproduct`, or one per kind. */
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
  /** One per text. Default: a document's own id, else a hash of its text and metadata, so that adding twice stores once. */
  ids?: readonly string[] | undefined
  /** Aborts the call, which rejects with the signal's reason. What is stored by then stays stored. */
  signal?: AbortSignal | undefined
}

const ADD_OPTIONS: NamesOf<AddOptions> = { ids: true, signal: true }

/** Documents that are embedded and stored before the next ones are: what a failure can cost, and what memory has to hold. */
const ADDED_AT_A_TIME = 960

interface Unembedded {
  id: string
  text: string
  position: number
  metadata: IndexRecord['metadata']
}

/** The constant of reciprocal rank fusion (Cormack et al., SIGIR 2009), as in LangChain's EnsembleRetriever. */
const RANK_CONSTANT = 60

const NOTHING: { matches?: IndexMatch[] } = {}

/** Candidates from each of two indexes: a document that is best in both need not be among the first of either. */
const CANDIDATES = 40

/**
 * Hybrid search in Pinecone: by meaning and by words. Like LangChain's Python class of that name, it searches an index
 * that holds dense and sparse vectors; it also takes a dense and a sparse index, and merges their rankings by reciprocal
 * rank.
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
 * @throws PineconeConfigurationError when built with neither one index nor two, or with an `alpha` outside of 0 to 1
 */
export class PineconeHybridSearchRetriever extends BaseRetriever {
  lc_namespace = ['pinecone-inference', 'retrievers']

  readonly embeddings: EmbeddingsInterface
  readonly sparseEmbeddings: EmbeddingsInterface<SparseVector>
  readonly topK: number
  readonly alpha: number
  readonly namespace: string | undefined
  readonly filter: object | undefined
  readonly textKey: string
  readonly #one: PineconeIndex | undefined
  readonly #two: { readonly dense: PineconeIndex; readonly sparse: PineconeIndex } | undefined

  static override lc_name(): string {
    return 'PineconeHybridSearchRetriever'
  }

  constructor(fields: PineconeHybridSearchRetrieverFields) {
    checkOptions(fields, FIELDS, 'PineconeHybridSearchRetriever')
    super(fields)
    checkFields({ ...fields })
    const { index, denseIndex, sparseIndex } = fields
    const namespace = fields.namespace ?? undefined
    this.embeddings = fields.embeddings
    this.sparseEmbeddings = fields.sparseEmbeddings
    this.topK = fields.topK ?? 4
    this.alpha = fields.alpha ?? 0.5
    this.namespace = namespace
    this.filter = fields.filter ? ownMetadata(fields.filter) : undefined
    this.textKey = fields.textKey ?? 'text'
    const within = (one: PineconeIndex) => (namespace === undefined ? one : one.namespace(namespace))
    if (index !== undefined && denseIndex === undefined && sparseIndex === undefined) {
      this.#one = within(index)
    } else if (index === undefined && denseIndex !== undefined && sparseIndex !== undefined) {
      this.#two = { dense: within(denseIndex), sparse: within(sparseIndex) }
    } else {
      throw new PineconeConfigurationError(
        'index',
        'must be given alone, with both kinds of vectors, or be replaced by denseIndex and sparseIndex',
      )
    }
  }

  /**
   * Embeds documents and stores them, up to 960 at a time. Nested metadata is stored under keys joined by dots.
   *
   * @returns the ids they are stored under, in order
   * @throws PineconeConfigurationError before anything is sent, for metadata that cannot be stored
   * @throws PineconeInferenceError with `inputRange` when some cannot be embedded or stored; those before are stored
   */
  async addDocuments(documents: readonly DocumentInterface[], options: AddOptions = {}): Promise<string[]> {
    checkOptions(options, ADD_OPTIONS, 'addDocuments')
    const { ids, signal } = options
    checkSignal('signal', signal)
    checkDocuments(documents)
    checkIds(ids, documents.length)
    const unstored = documents.map((document, position) => ({
      id: ids?.[position] ?? document.id,
      text: document.pageContent,
      position,
      metadata: this.#metadataOf(document, `documents[${position}].metadata`),
    }))
    const all: Unembedded[] = await Promise.all(
      unstored.map(async ({ id, ...rest }) => ({ id: id ?? (await hashOf(rest.metadata)), ...rest })),
    )
    for (let start = 0; start < all.length; start += ADDED_AT_A_TIME) {
      await this.#add(all.slice(start, start + ADDED_AT_A_TIME), signal)
    }
    return all.map(({ id }) => id)
  }

  async #add(some: readonly Unembedded[], signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    const texts = some.map(({ text }) => text)
    const [dense, sparse] = await Promise.all([
      embedded('embeddings', this.embeddings, texts, signal),
      embedded('sparseEmbeddings', this.sparseEmbeddings, texts, signal),
    ]).catch((error: unknown) => {
      const positions = some.map(({ position }) => position)
      throw atPositions(error, { positions, signal, argument: (i) => `documents[${i}].pageContent` })
    })
    const ofBoth = some.map(({ text: _, ...record }, i) => ({
      record,
      values: dense[i] ?? [],
      ...sparsePart(sparse[i]),
    }))
    if (this.#one) {
      await store(
        this.#one,
        ofBoth.map(({ record, ...vectors }) => ({ ...record, ...vectors })),
        signal,
      )
    }
    if (this.#two) {
      await store(
        this.#two.dense,
        ofBoth.map(({ record, values }) => ({ ...record, values })),
        signal,
      )
      // A text without any term that the model knows has no sparse vector: it is found by meaning alone.
      await store(
        this.#two.sparse,
        ofBoth.flatMap(({ record, sparseValues }) => (sparseValues ? [{ ...record, sparseValues }] : [])),
        signal,
      )
    }
  }

  /**
   * Embeds texts and stores them.
   *
   * @param metadatas one for each text, or one for all of them, as in `fromTexts` of LangChain's vector stores; an empty
   * list is none
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

  override async _getRelevantDocuments(query: string): Promise<Document[]> {
    const [dense, sparse] = await Promise.all([
      this.embeddings.embedQuery(query),
      this.sparseEmbeddings.embedQuery(query),
    ])
    const matches = this.#one
      ? await this.#searchOne(this.#one, dense, sparse)
      : await this.#searchTwo(dense, sparse)
    return matches.map((match) => this.#documentOf(match))
  }

  async #searchOne(index: PineconeIndex, dense: number[], sparse: SparseVector): Promise<IndexMatch[]> {
    const { matches = [] } = await index.query({
      ...this.#query(this.topK),
      vector: scaled(dense, this.alpha),
      // An index takes no sparse vector without entries, or with zeros alone.
      ...(this.alpha < 1 && sparse.indices.length > 0
        ? { sparseVector: { indices: sparse.indices, values: scaled(sparse.values, 1 - this.alpha) } }
        : {}),
    })
    return matches
  }

  async #searchTwo(dense: number[], sparse: SparseVector): Promise<IndexMatch[]> {
    if (!this.#two) return []
    const query = this.#query(Math.max(this.topK, CANDIDATES))
    const [byMeaning, byWords] = await Promise.all([
      this.alpha > 0 ? this.#two.dense.query({ ...query, vector: dense }) : NOTHING,
      this.alpha < 1 && sparse.indices.length > 0
        ? this.#two.sparse.query({ ...query, sparseVector: sparse })
        : NOTHING,
    ])
    return fused([
      { matches: byMeaning.matches ?? [], weight: this.alpha },
      { matches: byWords.matches ?? [], weight: 1 - this.alpha },
    ]).slice(0, this.topK)
  }

  #query(topK: number) {
    return { topK, includeMetadata: true as const, ...(this.filter && { filter: this.filter }) }
  }

  #metadataOf({ pageContent, metadata }: DocumentInterface, path: string): IndexRecord['metadata'] {
    const flat = flatMetadata(metadata ?? {}, path)
    if (flat[this.textKey] !== undefined && flat[this.textKey] !== pageContent) {
      throw new PineconeConfigurationError(
        `${path}.${this.textKey}`,
        'is where the text is stored: rename it, or set another textKey',
      )
    }
    return { ...flat, [this.textKey]: pageContent }
  }

  #documentOf({ id, score, metadata = {} }: IndexMatch): Document {
    const { [this.textKey]: pageContent, ...rest } = metadata
    if (typeof pageContent !== 'string') {
      throw new PineconeConfigurationError(
        'textKey',
        `is ${JSON.stringify(this.textKey)}, and record ${JSON.stringify(id)} has no text there; it has ${Object.keys(metadata).join(', ') || 'no metadata'}`,
      )
    }
    return new Document({ id, pageContent, metadata: score === undefined ? rest : { score, ...rest } })
  }
}

async function store(
  index: PineconeIndex,
  positioned: readonly (IndexRecord & { position: number })[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const positions = positioned.map(({ position }) => position)
  for (const { start, group } of upserts(positioned.map(({ position: _, ...record }) => record))) {
    signal?.throwIfAborted()
    try {
      await index.upsert(group)
    } catch (cause) {
      const range = [positions[start] ?? 0, (positions[start + group.length - 1] ?? 0) + 1] as const
      const error = new PineconeInferenceError(
        `the index did not store documents ${range[0]} to ${range[1] - 1}; those before are stored`,
        { cause },
      )
      error.inputRange = range
      throw error
    }
  }
}

/** @throws PineconeConfigurationError where the embeddings make more or fewer vectors than there are texts */
async function embedded<V>(
  name: string,
  embeddings: { embedDocuments(texts: string[], options?: { signal: AbortSignal }): Promise<V[]> },
  texts: string[],
  signal: AbortSignal | undefined,
): Promise<V[]> {
  const vectors = await embeddings.embedDocuments(texts, signal && { signal })
  if (vectors.length === texts.length) return vectors
  throw new PineconeConfigurationError(name, `made ${vectors.length} vectors of ${texts.length} texts`)
}

/** One ranking of several: a record's score is the sum of weight / (60 + its rank in each). */
function fused(rankings: readonly { matches: readonly IndexMatch[]; weight: number }[]): IndexMatch[] {
  const byId = new Map<string, IndexMatch & { score: number }>()
  for (const { matches, weight } of rankings) {
    for (const [i, match] of matches.entries()) {
      const known = byId.get(match.id) ?? { ...match, score: 0 }
      byId.set(match.id, { ...known, score: known.score + weight / (RANK_CONSTANT + i + 1) })
    }
  }
  return [...byId.values()].sort((a, b) => b.score - a.score)
}

function sparsePart(sparse: SparseVector | undefined): { sparseValues?: SparseVector } {
  return sparse && sparse.indices.length > 0 ? { sparseValues: sparse } : {}
}

function scaled(values: readonly number[], weight: number): number[] {
  return values.map((value) => value * weight)
}

async function hashOf(metadata: IndexRecord['metadata']): Promise<string> {
  const sorted = JSON.stringify(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(sorted))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
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
