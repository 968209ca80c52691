import { ApiError } from '../http/api-error.js'
import { matchesFilter } from './filter.js'

/** An index of the emulator, empty when it starts. */
export interface IndexSettings {
  /** Lower-case letters, digits and hyphens, 45 characters at most. */
  readonly name: string
  /** Of its dense vectors. Without it the index holds only sparse vectors. */
  readonly dimension?: number | undefined
  /** Default `cosine`; a sparse index uses `dotproduct`. */
  readonly metric?: 'cosine' | 'dotproduct' | 'euclidean' | undefined
}

export interface SparseValues {
  readonly indices: readonly number[]
  readonly values: readonly number[]
}

export interface StoredVector {
  readonly id: string
  readonly values?: readonly number[] | undefined
  readonly sparseValues?: SparseValues | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

export interface Question {
  readonly topK: number
  readonly values: readonly number[] | undefined
  readonly sparseValues: SparseValues | undefined
  readonly filter: unknown
}

/** https://docs.pinecone.io/reference/api/database-limits/operation-limits, November 2026 */
const LARGEST_BATCH = 1000
const LARGEST_METADATA = 40_960

/** One index in memory: its vectors, by namespace and id. */
export class IndexStore {
  readonly name: string
  readonly dimension: number | undefined
  readonly metric: 'cosine' | 'dotproduct' | 'euclidean'
  readonly #namespaces = new Map<string, Map<string, StoredVector>>()

  constructor({ name, dimension, metric }: IndexSettings) {
    if (!/^[a-z\d]([a-z\d-]{0,43}[a-z\d])?$/.test(name)) {
      throw new RangeError(
        `index: 'name' is '${name}'; allowed: 1 to 45 lower-case letters, digits and hyphens`,
      )
    }
    if (dimension !== undefined && !(Number.isInteger(dimension) && dimension >= 1 && dimension <= 20_000)) {
      throw new RangeError(`index: 'dimension' is ${dimension}; allowed: whole numbers from 1 to 20000`)
    }
    if (dimension === undefined && metric !== undefined && metric !== 'dotproduct') {
      throw new RangeError(`index: 'metric' is '${metric}'; an index without a dimension has 'dotproduct'`)
    }
    this.name = name
    this.dimension = dimension
    this.metric = metric ?? (dimension === undefined ? 'dotproduct' : 'cosine')
  }

  /** The vectors of a namespace. The default one is `''` or `__default__`. */
  namespace(name: string): Map<string, StoredVector> {
    const key = name === '__default__' ? '' : name
    const vectors = this.#namespaces.get(key) ?? new Map<string, StoredVector>()
    if (vectors.size === 0) this.#namespaces.set(key, vectors)
    return vectors
  }

  /** Number of vectors in each namespace that has any. */
  counts(): [namespace: string, count: number][] {
    return [...this.#namespaces].flatMap(([name, { size }]) => (size > 0 ? [[name, size]] : []))
  }

  /** Stores all vectors or, if one is refused, none. */
  upsert(namespace: string, vectors: readonly StoredVector[]): void {
    if (vectors.length === 0 || vectors.length > LARGEST_BATCH) {
      throw ApiError.invalid(
        `You can upsert 1 to ${LARGEST_BATCH} vectors in a request; there are ${vectors.length}`,
      )
    }
    for (const vector of vectors) this.#check(vector)
    const stored = this.namespace(namespace)
    for (const vector of vectors) stored.set(vector.id, vector)
  }

  /** The vectors nearest to a query, nearest first. */
  query(
    namespace: string,
    { topK, values, sparseValues, filter }: Question,
  ): { vector: StoredVector; score: number }[] {
    const ranked = [...this.namespace(namespace).values()]
      .filter(({ metadata = {} }) => matchesFilter(metadata, filter))
      .map((vector) => ({ vector, score: this.#score(vector, values, sparseValues) }))
    const isDistance = this.metric === 'euclidean'
    return ranked.sort((a, b) => (isDistance ? a.score - b.score : b.score - a.score)).slice(0, topK)
  }

  #check({ id, values, sparseValues, metadata }: StoredVector): void {
    const { dimension, metric } = this
    if (id === '' || id.length > 512 || !/^\p{ASCII}*$/u.test(id)) {
      throw ApiError.invalid(`Vector ID ${JSON.stringify(id)} must be 1 to 512 ASCII characters`)
    }
    if (dimension === undefined) {
      if (values) throw ApiError.invalid('Cannot provide dense values to a sparse index')
      if (!sparseValues) throw ApiError.invalid('Sparse vectors must be provided to a sparse index')
    } else {
      if (!values) throw ApiError.invalid('Dense vectors must be provided to a dense index')
      if (values.length !== dimension) {
        throw ApiError.invalid(
          `Vector dimension ${values.length} does not match the dimension of the index ${dimension}`,
        )
      }
      if (values.every((value) => value === 0)) {
        throw ApiError.invalid('Dense vectors must contain at least one non-zero value.')
      }
      if (sparseValues && metric !== 'dotproduct') {
        throw ApiError.invalid(
          'Index configuration does not support sparse values - only indexes that are sparse or using dotproduct are supported',
        )
      }
    }
    const bytes = metadata ? Buffer.byteLength(JSON.stringify(metadata)) : 0
    if (bytes > LARGEST_METADATA) {
      throw ApiError.invalid(
        `Metadata size is ${bytes} bytes, which exceeds the limit of ${LARGEST_METADATA} bytes per vector`,
      )
    }
  }

  #score(vector: StoredVector, values: Question['values'], sparseValues: Question['sparseValues']): number {
    const { values: own = [], sparseValues: ownSparse } = vector
    switch (this.metric) {
      case 'dotproduct':
        return dot(own, values ?? []) + sparseDot(ownSparse, sparseValues)
      case 'cosine':
        return dot(own, values ?? []) / (Math.hypot(...own) * Math.hypot(...(values ?? [])) || 1)
      case 'euclidean':
        return own.reduce((sum, value, i) => sum + (value - (values?.[i] ?? 0)) ** 2, 0)
    }
  }
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
}

function sparseDot(a: SparseValues | undefined, b: SparseValues | undefined): number {
  if (!a || !b) return 0
  const weights = new Map(b.indices.map((index, i) => [index, b.values[i] ?? 0]))
  return a.indices.reduce((sum, index, i) => sum + (a.values[i] ?? 0) * (weights.get(index) ?? 0), 0)
}
