import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

interface Sparse {
  indices: number[]
  values: number[]
}

interface Vector {
  id: string
  values?: number[]
  sparseValues?: Sparse
  metadata?: Record<string, unknown>
}

interface Query {
  namespace?: string
  topK: number
  vector?: number[]
  sparseVector?: Sparse
  filter?: Record<string, { $eq: unknown }>
}

/** The HTTP API of an index whose metric is the dot product, as far as the SDK is asked to use it. */
export async function indexServer() {
  const namespaces = new Map<string, Map<string, Vector>>()
  const queries: Query[] = []
  const upserts: Vector[][] = []
  let refuse: ((ids: string[]) => boolean) | undefined
  let failing: number | undefined
  const of = (given = '') => {
    // how later SDKs write the default one
    const name = given === '__default__' ? '' : given
    const vectors = namespaces.get(name) ?? new Map<string, Vector>()
    namespaces.set(name, vectors)
    return vectors
  }
  const server = createServer(async (request, response) => {
    const body = await json(request)
    const answer = (status: number, content: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content))
    if (failing !== undefined)
      return answer(failing, { code: 13, message: `answers ${failing}`, details: [] })
    if (request.url === '/vectors/upsert') {
      const { vectors, namespace } = body as { vectors: Vector[]; namespace?: string }
      if (refuse?.(vectors.map(({ id }) => id)))
        return answer(400, { code: 3, message: 'refused', details: [] })
      upserts.push(vectors)
      for (const vector of vectors) of(namespace).set(vector.id, vector)
      return answer(200, { upsertedCount: vectors.length })
    }
    if (request.url === '/query') {
      const query = body as Query
      queries.push(query)
      const matches = [...of(query.namespace).values()]
        .filter(({ metadata = {} }) =>
          Object.entries(query.filter ?? {}).every(([key, { $eq }]) => metadata[key] === $eq),
        )
        .map(({ id, values, sparseValues, metadata }) => ({
          id,
          score: dot(query.vector, values) + sparseDot(query.sparseVector, sparseValues),
          values: [],
          metadata,
        }))
        .sort((a, b) => b.score - a.score)
        .slice(0, query.topK)
      return answer(200, { matches, namespace: query.namespace ?? '', usage: { readUnits: 1 } })
    }
    return answer(404, { code: 5, message: 'not here' })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    host: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    namespaces,
    queries,
    upserts,
    refuse: (when: (ids: string[]) => boolean) => {
      refuse = when
    },
    /** Answers every request with this status. */
    failWith: (status: number) => {
      failing = status
    },
  }
}

function dot(a: number[] = [], b: number[] = []): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0)
}

function sparseDot(a: Sparse = { indices: [], values: [] }, b: Sparse = { indices: [], values: [] }): number {
  const weights = new Map(b.indices.map((index, i) => [index, b.values[i] ?? 0]))
  return a.indices.reduce((sum, index, i) => sum + (a.values[i] ?? 0) * (weights.get(index) ?? 0), 0)
}
