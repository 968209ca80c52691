import type { Fields } from '../read/fields.js'
import { LARGEST_METADATA } from '../read/metadata.js'
import type { EmbeddedOptions } from '../read/read-embedded.js'
import { checkId } from '../read/record-id.js'
import { UniqueIds } from '../read/unique-ids.js'

export type Layout = 'parquet' | 'vectors' | 'rest' | 'documents'

/** https://docs.pinecone.io/reference/api/database-limits/identifier-limits */
const VECTOR_FIELDS = new Set(['id', 'values', 'sparse_values', 'sparseValues', 'metadata'])

/** https://docs.pinecone.io/reference/api/database-limits/operation-limits, upsert limits, November 2026 */
const LONGEST_DENSE = 20_000
const LONGEST_SPARSE = 2048

/** Checks records one by one, and against those before them. */
export class RecordCheck {
  readonly #vectorField: string
  readonly #sparseField: string
  #layout: Layout | undefined
  #dimension: number | undefined
  #vectors: string | undefined

  constructor({ vectorField = 'vector', sparseField = 'sparse_vector' }: EmbeddedOptions) {
    this.#vectorField = vectorField
    this.#sparseField = sparseField
  }

  get layout(): Layout | undefined {
    return this.#layout
  }

  /** Length of the dense vectors; undefined without any. */
  get dimension(): number | undefined {
    return this.#dimension
  }

  /**
   * @param ids those of its namespace
   * @throws InputError for a record that Pinecone would refuse
   */
  check(fields: Fields, isParquet: boolean, ids: NamespaceIds): void {
    if (fields.problem) throw fields.problem
    if (!isParquet && Object.hasOwn(fields.values, '_id')) this.#checkDocument(fields, ids)
    else this.#checkVector(fields, isParquet, ids)
  }

  #checkVector(fields: Fields, isParquet: boolean, ids: NamespaceIds): void {
    const { values, refuse } = fields
    const other = isParquet ? undefined : Object.keys(values).find((name) => !VECTOR_FIELDS.has(name))
    if (other !== undefined) throw refuse(`has ${JSON.stringify(other)}, which is not a field of a vector`)
    const isRest = Object.hasOwn(values, 'sparseValues')
    const hasSparse = isRest || Object.hasOwn(values, 'sparse_values')
    if (isParquet) this.#sameLayout('parquet', fields)
    else if (hasSparse || this.#layout === undefined || this.#layout === 'parquet')
      this.#sameLayout(isRest ? 'rest' : 'vectors', fields)
    ids.check(values.id, fields)
    const sparse = isParquet ? values.sparse_values : (values.sparse_values ?? values.sparseValues)
    this.#checkVectors(values.values, sparse, fields)
    if (values.metadata === undefined || values.metadata === null) return
    this.#checkMetadata(isParquet ? parsed(values.metadata, fields) : values.metadata, fields)
  }

  #checkDocument(fields: Fields, ids: NamespaceIds): void {
    this.#sameLayout('documents', fields)
    const { _id, [this.#vectorField]: dense, [this.#sparseField]: sparse, ...metadata } = fields.values
    ids.check(_id, fields)
    this.#checkVectors(dense, sparse, fields)
    const reserved = Object.keys(metadata).find((name) => /^[_$]/.test(name))
    if (reserved !== undefined)
      throw fields.refuse(`has ${JSON.stringify(reserved)}; fields may not begin with _ or $`)
    this.#checkMetadata(metadata, fields)
  }

  #sameLayout(layout: Layout, { refuse }: Fields): void {
    this.#layout ??= layout
    // Without sparse vectors, `vectors` and `rest` are the same.
    if (this.#layout === 'vectors' && layout === 'rest' && !this.#vectors?.includes('sparse'))
      this.#layout = 'rest'
    if (this.#layout !== layout)
      throw refuse(`has the layout ${layout}, and the records before it ${this.#layout}`)
  }

  #checkVectors(dense: unknown, sparse: unknown, { refuse }: Fields): void {
    const kinds = `${dense == null ? '' : 'dense'} ${sparse == null ? '' : 'sparse'}`.trim()
    if (kinds === '') throw refuse('has no vector')
    this.#vectors ??= kinds
    if (this.#vectors !== kinds)
      throw refuse(`has ${kinds} vectors, and the records before it ${this.#vectors}`)
    if (dense != null) {
      if (!isNumbers(dense) || dense.length === 0)
        throw refuse('has a dense vector that is not a list of numbers')
      if (dense.length > LONGEST_DENSE)
        throw refuse(`has a dense vector of ${dense.length} numbers; Pinecone accepts ${LONGEST_DENSE}`)
      if (dense.every((value) => value === 0))
        throw refuse('has a dense vector of zeros, which Pinecone refuses')
      this.#dimension ??= dense.length
      if (dense.length !== this.#dimension) {
        throw refuse(
          `has a dense vector of ${dense.length} numbers, and the records before it ${this.#dimension}`,
        )
      }
    }
    if (sparse != null) checkSparse(sparse, refuse)
  }

  #checkMetadata(metadata: unknown, { refuse }: Fields): void {
    if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
      throw refuse('has metadata that is not an object')
    }
    for (const [name, value] of Object.entries(metadata)) {
      const isTaken =
        ['string', 'boolean'].includes(typeof value) ||
        (typeof value === 'number' && Number.isFinite(value)) ||
        (Array.isArray(value) && value.every((item) => typeof item === 'string'))
      if (typeof value === 'bigint')
        throw refuse(`has metadata ${JSON.stringify(name)} that a 64-bit float rounds`)
      if (!isTaken)
        throw refuse(`has metadata ${JSON.stringify(name)} of a type that Pinecone does not accept`)
      if (name.startsWith('$')) throw refuse(`has metadata ${JSON.stringify(name)}, which begins with $`)
    }
    const json = JSON.stringify(metadata)
    if (/(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(json)) throw refuse('has half a surrogate pair in its metadata')
    const bytes = Buffer.byteLength(json)
    if (bytes > LARGEST_METADATA)
      throw refuse(`has ${bytes} bytes of metadata; Pinecone accepts ${LARGEST_METADATA}`)
  }
}

function checkSparse(sparse: unknown, refuse: Fields['refuse']): void {
  const { indices, values } = (typeof sparse === 'object' ? sparse : {}) as {
    indices?: unknown
    values?: unknown
  }
  if (!isNumbers(indices) || !isNumbers(values))
    throw refuse('has a sparse vector without indices and values')
  if (indices.length !== values.length) {
    throw refuse(`has a sparse vector of ${indices.length} indices and ${values.length} values`)
  }
  if (indices.length > LONGEST_SPARSE)
    throw refuse(`has a sparse vector of ${indices.length} values; Pinecone accepts ${LONGEST_SPARSE}`)
  if (indices.length === 0) throw refuse('has an empty sparse vector')
  if (indices.some((index) => !Number.isInteger(index) || index < 0 || index >= 2 ** 32)) {
    throw refuse('has a sparse index that is not an unsigned 32-bit integer')
  }
  if (new Set(indices).size < indices.length) throw refuse('has a sparse index twice')
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number' && Number.isFinite(item))
}

function parsed(json: unknown, { refuse }: Fields): unknown {
  try {
    return typeof json === 'string' ? JSON.parse(json) : undefined
  } catch (cause) {
    throw refuse('has metadata that is not JSON', cause)
  }
}

/** Ensures that the records of a namespace have valid ids, each once, in whichever of its files they are. */
export class NamespaceIds {
  readonly #ids = new UniqueIds()
  readonly #files: { readonly source: string; readonly before: number }[] = []
  #records = 0

  beginFile(source: string): void {
    this.#files.push({ source, before: this.#records })
  }

  beginRecord(): void {
    this.#records++
  }

  check(id: unknown, { refuse }: Fields): void {
    if (typeof id !== 'string') throw refuse('has no id, or one that is not a string')
    checkId(id, refuse)
    const first = this.#ids.add(id, this.#records)
    if (first !== undefined) throw refuse(`has the id ${JSON.stringify(id)}, as ${this.#nameOf(first)} has`)
  }

  /** `record 7`, or in another file `record 7 of part-0.parquet`. */
  #nameOf(record: number): string {
    const file = this.#files.findLast(({ before }) => before < record)
    if (!file) return `record ${record}`
    const name = `record ${record - file.before}`
    return file === this.#files.at(-1) ? name : `${name} of ${file.source}`
  }
}
