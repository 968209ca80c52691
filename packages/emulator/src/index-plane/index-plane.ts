import { ApiError } from '../http/api-error.js'
import type { Incoming } from '../http/incoming.js'
import { type Body, field, isObject, type JsonObject, readJsonObject } from '../http/read-json.js'
import { matchesFilter } from './filter.js'
import { type IndexSettings, IndexStore, type SparseValues, type StoredVector } from './index-store.js'

/** A request to an index, or about one, and its handler. */
export interface IndexCall {
  /** The route's name in fault rules. */
  readonly route: string
  /** @throws ApiError for what the service would refuse */
  answer(body: Body): unknown
}

/**
 * The part of Pinecone's database API that stores vectors in an index and searches them, for indexes in memory. It has
 * the control plane's description of an index, and each index's data plane under `/index/{name}`, which is the host in
 * that description. Structure: https://docs.pinecone.io/reference/api/2025-10/data-plane, read November 2026.
 *
 * Unlike the service it is consistent at once, and compares with every vector.
 */
export class IndexPlane {
  readonly #stores: ReadonlyMap<string, IndexStore>

  constructor(indexes: readonly IndexSettings[]) {
    this.#stores = new Map(indexes.map((settings) => [settings.name, new IndexStore(settings)]))
  }

  /** Undefined for a request that is not about an index. */
  find(request: Incoming): IndexCall | undefined {
    const { method, path } = request
    const [, described] = /^\/indexes\/([^/]+)$/.exec(path) ?? []
    if (method === 'GET' && path === '/indexes') {
      return {
        route: path,
        answer: () => ({ indexes: [...this.#stores.values()].map((store) => description(store, request)) }),
      }
    }
    if (method === 'GET' && described !== undefined) {
      return {
        route: '/indexes/{index_name}',
        answer: () => description(this.#store(described), request),
      }
    }
    const [, name = '', route = ''] = /^\/index\/([^/]+)(\/.+)$/.exec(path) ?? []
    const operation = operations[`${method} ${route}`]
    if (!operation) return undefined
    return {
      route,
      answer: (body) =>
        inDataPlaneWords(() => {
          const asked = method === 'GET' ? request.query : readJsonObject(body)
          return operation(this.#store(name), asked, text(asked, 'namespace') ?? '')
        }),
    }
  }

  #store(name: string): IndexStore {
    const store = this.#stores.get(name)
    if (store) return store
    throw new ApiError(404, 'NOT_FOUND', `Resource ${name} not found`)
  }
}

type Operation = (store: IndexStore, asked: JsonObject, namespace: string) => unknown

const usage = { readUnits: 1 }

const operations: Readonly<Record<string, Operation>> = {
  'POST /vectors/upsert'(store, asked, namespace) {
    const vectors = field(asked, 'vectors')
    if (!Array.isArray(vectors)) throw ApiError.invalid("'vectors' must be a list")
    store.upsert(namespace, vectors.map(vectorOf))
    return { upsertedCount: vectors.length }
  },

  'GET /vectors/fetch'(store, asked, namespace) {
    const stored = store.namespace(namespace)
    const found = listOf(field(asked, 'ids')).flatMap((id) => stored.get(id) ?? [])
    return { vectors: Object.fromEntries(found.map((vector) => [vector.id, vector])), namespace, usage }
  },

  'GET /vectors/list'(store, asked, namespace) {
    const prefix = text(asked, 'prefix') ?? ''
    const after = text(asked, 'paginationToken') ?? ''
    const limit = Number(text(asked, 'limit') ?? 100)
    const ids = [...store.namespace(namespace).keys()]
      .filter((id) => id.startsWith(prefix) && id > after)
      .sort((a, b) => (a < b ? -1 : 1))
    const page = ids.slice(0, limit)
    return {
      vectors: page.map((id) => ({ id })),
      ...(ids.length > limit ? { pagination: { next: page.at(-1) } } : {}),
      namespace,
      usage,
    }
  },

  'POST /query'(store, asked, namespace) {
    const id = text(asked, 'id')
    const known = id === undefined ? undefined : store.namespace(namespace).get(id)
    const matches = store.query(namespace, {
      topK: Number(field(asked, 'topK') ?? 10),
      values: known ? known.values : numbers(field(asked, 'vector'), "'vector'"),
      sparseValues: known ? known.sparseValues : sparse(field(asked, 'sparseVector'), "'sparseVector'"),
      filter: field(asked, 'filter'),
    })
    const withValues = field(asked, 'includeValues') === true
    const withMetadata = field(asked, 'includeMetadata') === true
    return {
      matches: matches.map(({ vector, score }) => ({
        id: vector.id,
        score,
        values: withValues ? vector.values : [],
        ...(withValues && vector.sparseValues ? { sparseValues: vector.sparseValues } : {}),
        ...(withMetadata && vector.metadata ? { metadata: vector.metadata } : {}),
      })),
      namespace,
      usage,
    }
  },

  'POST /vectors/delete'(store, asked, namespace) {
    const stored = store.namespace(namespace)
    const filter = field(asked, 'filter')
    if (field(asked, 'deleteAll') === true) stored.clear()
    else if (filter === undefined) for (const id of listOf(field(asked, 'ids'))) stored.delete(id)
    else
      for (const { id, metadata = {} } of [...stored.values()])
        if (matchesFilter(metadata, filter)) stored.delete(id)
    return {}
  },

  'POST /describe_index_stats'(store) {
    const counts = store.counts()
    return {
      namespaces: Object.fromEntries(counts.map(([name, vectorCount]) => [name, { vectorCount }])),
      indexFullness: 0,
      totalVectorCount: counts.reduce((sum, [, count]) => sum + count, 0),
      dimension: store.dimension,
      metric: store.metric,
      vectorType: store.dimension === undefined ? 'sparse' : 'dense',
    }
  },
}

/** From 2026-07 on an index has a schema; a dense index of the vectors API always reports both of its fields. */
function description({ name, dimension, metric }: IndexStore, { headers }: Incoming): JsonObject {
  const version = headers['x-pinecone-api-version']
  const common = {
    name,
    host: `http://${headers.host}/index/${name}`,
    status: { ready: true, state: 'Ready' },
    deletion_protection: 'disabled',
  }
  const region = { cloud: 'aws', region: 'us-east-1' }
  if (typeof version !== 'string' || version < '2026-07') {
    const vector_type = dimension === undefined ? 'sparse' : 'dense'
    return { ...common, dimension, metric, vector_type, spec: { serverless: region } }
  }
  const _sparse_values = { type: 'sparse_vector', metric: 'dotproduct' }
  const _values = { type: 'dense_vector', dimension, metric }
  return {
    ...common,
    deployment: { deployment_type: 'managed', environment: 'aws-us-east-1', ...region },
    schema: { fields: dimension === undefined ? { _sparse_values } : { _values, _sparse_values } },
  }
}

function vectorOf(given: unknown): StoredVector {
  if (!isObject(given)) throw ApiError.invalid('A vector must be an object')
  const id = text(given, 'id') ?? ''
  const metadata = field(given, 'metadata')
  if (metadata !== undefined && metadata !== null && !isObject(metadata)) {
    throw ApiError.invalid(`The metadata of ${JSON.stringify(id)} must be an object`)
  }
  const values = numbers(field(given, 'values'), `The values of ${JSON.stringify(id)}`)
  return {
    id,
    values: values?.length === 0 ? undefined : values,
    sparseValues: sparse(field(given, 'sparseValues'), `The sparse values of ${JSON.stringify(id)}`),
    metadata: isObject(metadata) ? metadata : undefined,
  }
}

function numbers(given: unknown, what: string): number[] | undefined {
  if (given === undefined || given === null) return undefined
  if (Array.isArray(given) && given.every((item) => typeof item === 'number')) return given
  throw ApiError.invalid(`${what} must be a list of numbers`)
}

function sparse(given: unknown, what: string): SparseValues | undefined {
  if (given === undefined || given === null) return undefined
  const indices = isObject(given) ? numbers(field(given, 'indices'), what) : undefined
  const values = isObject(given) ? numbers(field(given, 'values'), what) : undefined
  if (!indices || !values || indices.length !== values.length || indices.length === 0) {
    throw ApiError.invalid(`${what} must have as many indices as values, and at least one`)
  }
  return { indices, values }
}

function text(asked: JsonObject, name: string): string | undefined {
  const value = field(asked, name)
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined
  throw ApiError.invalid(`'${name}' must be a string`)
}

/** A parameter that may occur once or several times, or be a list. */
function listOf(given: unknown): string[] {
  return (Array.isArray(given) ? given : [given]).filter((item) => typeof item === 'string')
}

/** The data plane's errors are gRPC statuses as JSON, unlike those of the contract. */
class DataPlaneError extends ApiError {
  override body(): string {
    return JSON.stringify({ code: grpcCodes[this.code] ?? 2, message: this.message, details: [] })
  }
}

const grpcCodes: Readonly<Record<string, number>> = { INVALID_ARGUMENT: 3, NOT_FOUND: 5 }

function inDataPlaneWords(answer: () => unknown): unknown {
  try {
    return answer()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    throw new DataPlaneError(error.status, error.code, error.message)
  }
}
