import type { Document } from '@langchain/core/documents'
import { BaseRetriever } from '@langchain/core/retrievers'
import type { PineconeSparseEmbeddings, SparseVector } from '@pinecone-inference/langchain'

/** Search by sparse vectors, in memory: LangChain's own stores take dense ones only. */
export class SparseRetriever extends BaseRetriever {
  lc_namespace = ['examples', 'retrievers']
  readonly #embeddings: PineconeSparseEmbeddings
  readonly #entries: readonly { document: Document; weights: Map<number, number> }[]
  readonly #k: number

  constructor(
    embeddings: PineconeSparseEmbeddings,
    documents: readonly Document[],
    vectors: readonly SparseVector[],
    k: number,
  ) {
    super()
    this.#embeddings = embeddings
    this.#k = k
    this.#entries = documents.map((document, i) => ({ document, weights: weightsOf(vectors[i]) }))
  }

  static async fromDocuments(
    documents: readonly Document[],
    embeddings: PineconeSparseEmbeddings,
    k: number,
  ) {
    const vectors = await embeddings.embedDocuments(documents.map(({ pageContent }) => pageContent))
    return new SparseRetriever(embeddings, documents, vectors, k)
  }

  override async _getRelevantDocuments(query: string): Promise<Document[]> {
    const terms = [...weightsOf(await this.#embeddings.embedQuery(query))]
    return this.#entries
      .map(({ document, weights }) => ({
        document,
        score: terms.reduce((sum, [term, weight]) => sum + weight * (weights.get(term) ?? 0), 0),
      }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, this.#k)
      .map(({ document }) => document)
  }
}

function weightsOf({ indices, values }: SparseVector = { indices: [], values: [] }): Map<number, number> {
  return new Map(indices.map((index, i) => [index, values[i] ?? 0]))
}
