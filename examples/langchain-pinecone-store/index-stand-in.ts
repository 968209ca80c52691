import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

interface StoredVector {
  readonly id: string
  readonly values: number[]
  readonly metadata?: Record<string, unknown>
}

/** Stands in for an index: answers the data-plane calls that PineconeStore makes, from memory, by cosine. */
export async function startIndexStandIn() {
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
    '/query'({ vector, topK, namespace }: { vector: number[]; topK: number; namespace?: string }) {
      const matches = [...vectorsOf(namespace).values()]
        .map(({ id, values, metadata }) => ({ id, score: cosine(vector, values), values: [], metadata }))
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

function cosine(a: readonly number[], b: readonly number[]): number {
  let dot = 0
  let squaresOfA = 0
  let squaresOfB = 0
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? 0
    dot += x * y
    squaresOfA += x * x
    squaresOfB += y * y
  }
  return dot / Math.sqrt(squaresOfA * squaresOfB)
}
