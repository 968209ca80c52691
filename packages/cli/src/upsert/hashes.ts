import { createHash } from 'node:crypto'
import type { EmbeddedRecord, TextRecord } from '@pinecone-inference/files'

/** Characters of a hash: 132 bits. */
const LENGTH = 22

/** The vectors of a record. */
export type Vectors = Pick<EmbeddedRecord, 'values' | 'sparseValues'>

/** A hash of a record's text, which determines its vectors, and metadata. */
export function contentHash({ text, metadata }: TextRecord): string {
  return shortHash(`${text.length} ${text}${metadata ? JSON.stringify(metadata) : ''}`)
}

/** A hash of vectors as an index stores them: in 32-bit floats, and sparse values in any order. */
export function vectorsHash({ values = [], sparseValues }: Vectors): string {
  const { indices = [], values: weights = [] } = sparseValues ?? {}
  const terms = Array.from(indices, (index, i): [number, number] => [index, weights[i] ?? 0])
  terms.sort(([a], [b]) => a - b)
  return createHash('sha256')
    .update(`${values.length} `)
    .update(Float32Array.from(values))
    .update(Float64Array.from(terms, ([index]) => index))
    .update(Float32Array.from(terms, ([, weight]) => weight))
    .digest('base64url')
    .slice(0, LENGTH)
}

/** A hash of a whole record. */
export function recordHash(record: EmbeddedRecord): string {
  return shortHash(`${vectorsHash(record)}${record.metadata ? JSON.stringify(record.metadata) : ''}`)
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, LENGTH)
}
