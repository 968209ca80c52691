import type { EmbeddedRecord, Metadata, Numbers } from '../record.js'

/**
 * The layout of a line of JSONL:
 *
 * - `vectors`: `{"id","values","sparse_values","metadata"}`, as Pinecone's command line (`pc index vector upsert --body`,
 *   pinecone-io/cli, internal/pkg/cli/command/index/vector/upsert.go) and its Python SDK (pinecone-io/pinecone-python-client,
 *   pinecone/_internal/vector_factory.py) accept it; both refuse any other field. November 2026.
 * - `rest`: the same with `sparseValues`, as the REST API and the TypeScript SDK accept it.
 * - `documents`: `{"_id", …}` with vectors and metadata in fields of their own, as a document index accepts it:
 *   https://docs.pinecone.io/guides/data/import-data, https://docs.pinecone.io/reference/api/2026-07/data-plane/upsert_documents
 */
export type JsonlLayout = 'vectors' | 'rest' | DocumentLayout

export interface DocumentLayout {
  readonly kind: 'documents'
  /** The field of the dense vector in the index's schema. Default `vector`. */
  readonly vectorField?: string | undefined
  /** The field of the sparse vector. Default `sparse_vector`. */
  readonly sparseField?: string | undefined
}

/**
 * A record as a line, its line feed included.
 *
 * @throws RangeError for an id with half a surrogate pair, and for metadata that a document cannot have
 */
export function jsonLine(record: EmbeddedRecord, layout: JsonlLayout = 'vectors'): string {
  const { id, metadata } = wellFormed(record)
  const values = record.values && plain(record.values)
  const sparse = record.sparseValues && {
    indices: plain(record.sparseValues.indices),
    values: plain(record.sparseValues.values),
  }
  const line =
    typeof layout === 'object'
      ? document({ id, values, sparse, metadata }, layout)
      : { id, values, [layout === 'rest' ? 'sparseValues' : 'sparse_values']: sparse, metadata }
  return `${JSON.stringify(line)}\n`
}

function document(
  {
    id,
    values,
    sparse,
    metadata = {},
  }: { id: string; values: unknown; sparse: unknown; metadata: Metadata | undefined },
  { vectorField = 'vector', sparseField = 'sparse_vector' }: DocumentLayout,
): Record<string, unknown> {
  const taken = Object.keys(metadata).find(
    (name) => name === vectorField || name === sparseField || /^[_$]/.test(name),
  )
  if (taken !== undefined) {
    throw new RangeError(
      `the record ${JSON.stringify(id)} cannot be a document: its metadata has ${JSON.stringify(taken)}, ` +
        'which is the field of a vector, or begins with _ or $',
    )
  }
  return { _id: id, [vectorField]: values, [sparseField]: sparse, ...metadata }
}

/**
 * A record in well-formed Unicode, which every reader of JSON and Parquet accepts: half a surrogate pair in metadata
 * becomes U+FFFD.
 *
 * @throws RangeError for such an id, since two of them would become the same
 */
export function wellFormed({ id, metadata }: EmbeddedRecord): Pick<EmbeddedRecord, 'id' | 'metadata'> {
  if (!id.isWellFormed()) throw new RangeError(`the id ${JSON.stringify(id)} has half a surrogate pair`)
  if (!metadata || JSON.stringify(metadata).search(/\\ud[89a-f]/) < 0) return { id, metadata }
  const entries = Object.entries(metadata).map(([name, value]): [string, Metadata[string]] => [
    name.toWellFormed(),
    Array.isArray(value)
      ? value.map((item) => item.toWellFormed())
      : typeof value === 'string'
        ? value.toWellFormed()
        : value,
  ])
  return { id, metadata: Object.fromEntries(entries) }
}

/** JSON.stringify makes an object of a typed array. */
function plain(numbers: Numbers | Uint32Array): readonly number[] {
  return ArrayBuffer.isView(numbers) ? Array.from(numbers) : numbers
}
