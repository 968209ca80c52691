import { stat } from 'node:fs/promises'
import { InputError } from '../input-error.js'
import { bytesOf, nameOf } from '../read/bytes.js'
import type { Fields } from '../read/fields.js'
import { readJsonl } from '../read/jsonl.js'
import { LARGEST_METADATA } from '../read/metadata.js'
import { readParquet } from '../read/parquet.js'
import type { EmbeddedOptions } from '../read/read-embedded.js'
import { checkId } from '../read/record-id.js'
import { UniqueIds } from '../read/unique-ids.js'
import { outputFormat } from '../write/output-format.js'

/** What is wrong with a record. The message begins with its file and line. */
export interface Problem {
  readonly line: number | undefined
  readonly message: string
}

export interface CheckedFile {
  readonly records: number
  /** `parquet` for Pinecone's import, or the layout of JSONL. */
  readonly layout: 'parquet' | 'vectors' | 'rest' | 'documents' | undefined
  /** Length of the dense vectors; undefined without any. */
  readonly dimension: number | undefined
  readonly problemCount: number
  /** The first 100 of them. */
  readonly problems: readonly Problem[]
}

/** https://docs.pinecone.io/reference/api/database-limits/operation-limits, import limits */
const LARGEST_IMPORT_FILE = 10 * 1000 ** 3
const LISTED = 100
/** https://docs.pinecone.io/reference/api/database-limits/identifier-limits */
const VECTOR_FIELDS = new Set(['id', 'values', 'sparse_values', 'sparseValues', 'metadata'])

/**
 * Reads a file of embedded records as its consumers do, and lists what they would refuse: invalid ids, vectors, sparse
 * vectors or metadata, vectors of different lengths, unknown fields.
 *
 * @throws InputError if the file cannot be read at all
 * @example
 * ```ts
 * const { records, problems } = await checkFile('vectors.jsonl')
 * ```
 */
export async function checkFile(path: string, options: EmbeddedOptions = {}): Promise<CheckedFile> {
  const source = nameOf(path)
  const isParquet = outputFormat(path) === 'parquet'
  const check = new FileCheck(options)
  const fields = isParquet ? readParquet(path, source) : readJsonl(bytesOf(path), source)
  for await (const record of fields) check.add(record, isParquet)
  if (isParquet && (await stat(path)).size > LARGEST_IMPORT_FILE) {
    check.note(
      new InputError(
        { source },
        `has more than ${LARGEST_IMPORT_FILE} bytes, the most that the import accepts per file`,
      ),
    )
  }
  return check.result(isParquet)
}

class FileCheck {
  readonly #vectorField: string
  readonly #sparseField: string
  readonly #ids = new UniqueIds()
  readonly #problems: Problem[] = []
  #problemCount = 0
  #records = 0
  #layout: CheckedFile['layout']
  #dimension: number | undefined
  #vectors: string | undefined

  constructor({ vectorField = 'vector', sparseField = 'sparse_vector' }: EmbeddedOptions) {
    this.#vectorField = vectorField
    this.#sparseField = sparseField
  }

  note({ line, message }: InputError): void {
    this.#problemCount++
    if (this.#problems.length < LISTED) this.#problems.push({ line, message })
  }

  result(isParquet: boolean): CheckedFile {
    return {
      records: this.#records,
      layout: isParquet ? 'parquet' : this.#layout,
      dimension: this.#dimension,
      problemCount: this.#problemCount,
      problems: this.#problems,
    }
  }

  add(fields: Fields, isParquet: boolean): void {
    this.#records++
    try {
      if (fields.problem) throw fields.problem
      if (!isParquet && Object.hasOwn(fields.values, '_id')) this.#checkDocument(fields)
      else this.#checkVector(fields, isParquet)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      this.note(error)
    }
  }

  #checkVector(fields: Fields, isParquet: boolean): void {
    const { values, refuse } = fields
    const other = Object.keys(values).find(
      (name) => !VECTOR_FIELDS.has(name) || (isParquet && name === 'sparseValues'),
    )
    if (other !== undefined) throw refuse(`has ${JSON.stringify(other)}, which is not a field of a vector`)
    const isRest = Object.hasOwn(values, 'sparseValues')
    const hasSparse = isRest || Object.hasOwn(values, 'sparse_values')
    if (!isParquet && (hasSparse || this.#layout === undefined))
      this.#sameLayout(isRest ? 'rest' : 'vectors', fields)
    this.#checkId(values.id, fields)
    this.#checkVectors(values.values, values.sparse_values ?? values.sparseValues, fields)
    if (values.metadata === undefined || values.metadata === null) return
    this.#checkMetadata(isParquet ? parsed(values.metadata, fields) : values.metadata, fields)
  }

  #checkDocument(fields: Fields): void {
    this.#sameLayout('documents', fields)
    const { _id, [this.#vectorField]: dense, [this.#sparseField]: sparse, ...metadata } = fields.values
    this.#checkId(_id, fields)
    this.#checkVectors(dense, sparse, fields)
    const reserved = Object.keys(metadata).find((name) => /^[_$]/.test(name))
    if (reserved !== undefined)
      throw fields.refuse(`has ${JSON.stringify(reserved)}; fields may not begin with _ or $`)
    this.#checkMetadata(metadata, fields)
  }

  #sameLayout(layout: 'vectors' | 'rest' | 'documents', { refuse }: Fields): void {
    this.#layout ??= layout
    // Without sparse vectors, `vectors` and `rest` are the same.
    if (this.#layout === 'vectors' && layout === 'rest' && !this.#vectors?.includes('sparse'))
      this.#layout = 'rest'
    if (this.#layout !== layout)
      throw refuse(`has the layout ${layout}, and the records before it ${this.#layout}`)
  }

  #checkId(id: unknown, { refuse }: Fields): void {
    if (typeof id !== 'string') throw refuse('has no id, or one that is not a string')
    checkId(id, refuse)
    const first = this.#ids.add(id)
    if (first !== undefined) throw refuse(`has the id ${JSON.stringify(id)}, as record ${first} has`)
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
