import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

interface SparseValues {
  readonly indices: number[]
  readonly values: number[]
}

interface Query {
  readonly vector: number[]
  readonly sparseVector?: SparseValues
  readonly topK: number
  readonly namespace?: string
}

interface StoredVector {
  readonly id: string
  readonly values: number[]
  readonly sparseValues?: SparseValues
  readonly metadata?: Record<string, unknown>
}

/**
 * Stands in for an index: answers the data-plane calls that PineconeStore and PineconeHybridSearchRetriever make, from
 * memory. Sparse vectors count with the metric `dotproduct`, as in Pinecone.
 */
export async function startIndexStandIn(metric: 'cosine' | 'dotproduct' = 'cosine') {
  const namespaces = new Map<string, Map<string, StoredVector>>()
  const vectorsOf = (name = '') => {
    const vectors = namespaces.get(name) ?? new Map<string, StoredVector>()
    namespaces.set(name, vectors)
    return vectors
  }

  const answers: Record<string, (body: never) => object> = {
    '/vectors/upsert'({ vectors, namespace }: { vectors: StoredVector[]; namespace?: string }) {
      for (const vector of vectors) vectorsOf(namespace).set(vector.id, vector)
      return { upsertedCount: vectors.length }
    },
    '/query'({ vector, sparseVector, topK, namespace }: Query) {
      const score = ({ values, sparseValues }: StoredVector) =>
        metric === 'cosine'
          ? dot(vector, values) / Math.sqrt(dot(vector, vector) * dot(values, values))
          : dot(vector, values) + sparseDot(sparseVector, sparseValues)
      const matches = [...vectorsOf(namespace).values()]
        .map((stored) => ({ id: stored.id, score: score(stored), values: [], metadata: stored.metadata }))
        .sort((a, b) => b.score - a.score)
        .slice(0, topK)
      return { matches, namespace: namespace ?? '', usage: { readUnits: 1 } }
    },
    '/vectors/delete'({ ids, namespace }: { ids: string[]; namespace?: string }) {
      for (const id of ids) vectorsOf(namespace).delete(id)
      return {}
    },
  }

  const server = createServer(async (request, response) => {
    const answer = answers[request.url ?? '']
    const body = answer?.((await json(request)) as never) ?? { code: 5, message: `no ${request.url} here` }
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0)
}

function sparseDot(a: SparseValues | undefined, b: SparseValues | undefined): number {
  if (!a || !b) return 0
  const weights = new Map(b.indices.map((index, i) => [index, b.values[i] ?? 0]))
  return a.indices.reduce((sum, index, i) => sum + (a.values[i] ?? 0) * (weights.get(index) ?? 0), 0)
}
