import type { EmbeddingsInterface } from '@langchain/core/embeddings'
import { PineconeConfigurationError } from '@pinecone-inference/client'
import { atPositions } from '@pinecone-inference/client/adapters'
import type { SparseVector } from '../sparse-embeddings.js'
import { type HybridIndexes, type IndexRecord, type PineconeIndex, upserts } from './index-client.js'
import { PineconeIndexError } from './index-error.js'

/** Documents that are embedded and stored before the next ones: bounds what a failure can cost, and memory. */
const STORED_AT_A_TIME = 960

export interface Unstored {
  readonly id: string
  readonly text: string
  /** Position in the caller's list. */
  readonly position: number
  readonly metadata: IndexRecord['metadata']
}

export interface HybridStore {
  readonly embeddings: EmbeddingsInterface
  readonly sparseEmbeddings: EmbeddingsInterface<SparseVector>
  readonly indexes: HybridIndexes
}

/**
 * Embeds documents and stores them, group by group.
 *
 * @throws PineconeInferenceError with `inputRange` if some cannot be embedded or stored; those before them are stored
 */
export async function storeDocuments(
  all: readonly Unstored[],
  into: HybridStore,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let start = 0; start < all.length; start += STORED_AT_A_TIME) {
    await storeGroup(all.slice(start, start + STORED_AT_A_TIME), into, signal)
  }
}

async function storeGroup(
  some: readonly Unstored[],
  { embeddings, sparseEmbeddings, indexes }: HybridStore,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted()
  const texts = some.map(({ text }) => text)
  const [dense, sparse] = await Promise.all([
    embedded('embeddings', embeddings, texts, signal),
    embedded('sparseEmbeddings', sparseEmbeddings, texts, signal),
  ]).catch((error: unknown) => {
    const positions = some.map(({ position }) => position)
    throw atPositions(error, { positions, signal, argument: (i) => `documents[${i}].pageContent` })
  })
  const ofBoth = some.map(({ text: _, ...record }, i) => ({
    record,
    values: dense[i] ?? [],
    ...sparsePart(sparse[i]),
  }))
  if ('both' in indexes) {
    const records = ofBoth.map(({ record, ...vectors }) => ({ ...record, ...vectors }))
    return upsertAll(indexes.both, records, signal)
  }
  await upsertAll(
    indexes.dense,
    ofBoth.map(({ record, values }) => ({ ...record, values })),
    signal,
  )
  // A text without a term that the model knows has no sparse vector: it is found by meaning alone.
  await upsertAll(
    indexes.sparse,
    ofBoth.flatMap(({ record, sparseValues }) => (sparseValues ? [{ ...record, sparseValues }] : [])),
    signal,
  )
}

async function upsertAll(
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
      const [first, last] = [positions[start] ?? 0, positions[start + group.length - 1] ?? 0]
      const problem = `the index did not store documents ${first} to ${last}${first > 0 ? ', only those before' : ''}`
      throw Object.assign(new PineconeIndexError(problem, cause), { inputRange: [first, last + 1] })
    }
  }
}

/** @throws PineconeConfigurationError if there are more or fewer vectors than texts */
async function embedded<V>(
  name: string,
  embeddings: { embedDocuments(texts: string[], options?: { signal: AbortSignal }): Promise<V[]> },
  texts: string[],
  signal: AbortSignal | undefined,
): Promise<V[]> {
  const vectors = await embeddings.embedDocuments(texts, signal && { signal })
  if (vectors.length === texts.length) return vectors
  throw new PineconeConfigurationError(name, `made ${vectors.length} vectors for ${texts.length} texts`)
}

function sparsePart(sparse: SparseVector | undefined): { sparseValues?: SparseVector } {
  return sparse && sparse.indices.length > 0 ? { sparseValues: sparse } : {}
}

/** The id of a document that has none: the same for the same text and metadata. */
export async function hashOf(metadata: IndexRecord['metadata']): Promise<string> {
  const sorted = JSON.stringify(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(sorted))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
