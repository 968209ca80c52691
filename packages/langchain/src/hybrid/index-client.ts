import type { SparseVector } from '../sparse-embeddings.js'

/** A record as an index accepts it. */
export interface IndexRecord {
  id: string
  values?: number[]
  sparseValues?: SparseVector
  metadata: Record<string, string | number | boolean | string[]>
}

export interface IndexQuery {
  topK: number
  vector?: number[]
  sparseVector?: SparseVector
  filter?: object
  includeMetadata?: boolean
}

export interface IndexMatch {
  id: string
  score?: number | undefined
  metadata?: Record<string, unknown> | undefined
}

/** Records in a form that every version of the SDK accepts: up to 6 a list, later an object with `records`. */
export type RecordsToUpsert = IndexRecord[] & { records: IndexRecord[] }

/**
 * What `pc.index()` of `@pinecone-database/pinecone` returns, typed by its shape, because the SDK is the user's own, in
 * any version from 4 on.
 */
export interface PineconeIndex {
  namespace(name: string): PineconeIndex
  query(query: IndexQuery): Promise<{ matches?: IndexMatch[] }>
  upsert(records: RecordsToUpsert): Promise<unknown>
}

/** One index with both kinds of vectors, or one per kind. */
export type HybridIndexes =
  | { readonly both: PineconeIndex }
  | { readonly dense: PineconeIndex; readonly sparse: PineconeIndex }

/**
 * An upsert of vectors may hold 1,000 records and 2 MB: https://docs.pinecone.io/reference/api/database-limits/upsert
 * (read 2026-11-28).
 */
const MAX_RECORDS = 100
const MAX_BYTES = 1_900_000

/** Splits records into groups that one upsert may hold. */
export function* upserts(
  records: readonly IndexRecord[],
): Generator<{ start: number; group: RecordsToUpsert }> {
  let start = 0
  let bytes = 0
  const groupOf = (end: number) => {
    const group = records.slice(start, end)
    return { start, group: Object.assign([...group], { records: group }) }
  }
  for (const [i, record] of records.entries()) {
    const size = new TextEncoder().encode(JSON.stringify(record)).length
    if (i > start && (i - start >= MAX_RECORDS || bytes + size > MAX_BYTES)) {
      yield groupOf(i)
      start = i
      bytes = 0
    }
    bytes += size
  }
  if (start < records.length) yield groupOf(records.length)
}
