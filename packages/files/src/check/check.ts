import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { InputError } from '../input-error.js'
import { outputFormat } from '../output-format.js'
import { bytesOf, nameOf } from '../read/bytes.js'
import { readJsonl } from '../read/jsonl.js'
import { readParquet } from '../read/parquet.js'
import type { EmbeddedOptions } from '../read/read-embedded.js'
import { type Layout, NamespaceIds, RecordCheck } from './check-record.js'

/** What is wrong with a record or a file. The message begins with its file and line. */
export interface Problem {
  readonly line: number | undefined
  readonly message: string
}

export interface Checked {
  readonly files: number
  readonly records: number
  /** `parquet` for Pinecone's import, or the layout of JSONL. */
  readonly layout: Layout | undefined
  /** Length of the dense vectors; undefined without any. */
  readonly dimension: number | undefined
  readonly problemCount: number
  /** The first 100 of them. */
  readonly problems: readonly Problem[]
}

/**
 * https://docs.pinecone.io/reference/api/database-limits/operation-limits, import limits, November 2026. The bytes in all are
 * those of an on-demand index.
 */
const IMPORT = { namespaces: 10_000, files: 100_000, bytes: 1e12, bytesOfFile: 10e9 }
/** https://docs.pinecone.io/guides/legacy/vectors-api/import-vectors, November 2026: any others are silently ignored. */
const COLUMNS = new Set(['id', 'values', 'sparse_values', 'metadata'])
const LISTED = 100

/**
 * Reads a file of embedded records as its consumers do, and lists what they would refuse: invalid ids, vectors, sparse
 * vectors or metadata, vectors of different lengths, unknown fields, no records at all.
 *
 * @throws InputError if the file cannot be read, or has the name of one that `embed` writes beside its output
 * @example
 * ```ts
 * const { records, problems } = await checkFile('vectors.jsonl')
 * ```
 */
export async function checkFile(path: string, options: EmbeddedOptions = {}): Promise<Checked> {
  if (COMPANION.test(basename(path))) {
    throw new InputError(
      { source: path },
      'has the name of a file that embed writes beside its output, which holds no vectors',
    )
  }
  const check = new Check(options)
  try {
    await check.file(path, new NamespaceIds())
  } catch (cause) {
    throw notReadable(path, cause)
  }
  return check.result
}

/**
 * Reads a folder as Pinecone's import does: the Parquet files of a folder are a namespace, in which ids must be unique.
 * Without Parquet, the JSONL files of a folder are taken for parts of one. Names that begin with a dot are ignored. A file
 * or folder that cannot be read is a problem, and the others are checked.
 *
 * @throws InputError if the folder cannot be read, or has no such files
 * @example
 * ```ts
 * const { files, records, problems } = await checkFolder('import/')
 * ```
 */
export async function checkFolder(path: string, options: EmbeddedOptions = {}): Promise<Checked> {
  const check = new Check(options)
  const namespaces = await filesByFolder(path, check)
  if (namespaces.size === 0 && check.result.problemCount === 0)
    throw new InputError({ source: path }, 'has no .parquet or .jsonl files')
  if (namespaces.size > IMPORT.namespaces) check.overLimit(path, 'namespaces', IMPORT.namespaces)
  let bytes = 0
  for (const files of namespaces.values()) {
    const ids = new NamespaceIds()
    for (const file of files) {
      try {
        bytes += await check.file(file, ids)
      } catch (cause) {
        check.note(notReadable(file, cause))
      }
    }
  }
  if (bytes > IMPORT.bytes) check.overLimit(path, 'bytes', IMPORT.bytes)
  if (check.result.files > IMPORT.files) check.overLimit(path, 'files', IMPORT.files)
  return check.result
}

/** Whether a file has a name of one that holds vectors. Of JSONL that excludes what `embed` writes beside its output. */
export function holdsVectors(name: string): boolean {
  return outputFormat(name) !== undefined && !COMPANION.test(name)
}

/** Written by `embed` beside its output. */
const COMPANION = /\.(?:record|failed|set-aside|upserted)\.jsonl$|^failures\.jsonl$/

/** All files of vectors in a folder and those below it: Parquet if there is any, else JSONL. */
async function filesByFolder(root: string, check: Check): Promise<Map<string, string[]>> {
  const all: { folder: string; path: string }[] = []
  const entriesOf = (folder: string) =>
    readdir(folder, { withFileTypes: true }).catch((cause) => {
      const problem = notReadable(folder, cause)
      if (folder === root) throw problem
      check.note(problem)
      return []
    })
  const collect = async (folder: string) => {
    const entries = await entriesOf(folder)
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name)
      if (entry.name.startsWith('.')) continue
      if (entry.name.endsWith('.partial')) {
        check.note(new InputError({ source: path }, 'is an unfinished run; finish it, or delete it'))
      } else if (entry.isDirectory()) await collect(path)
      else if (holdsVectors(entry.name)) all.push({ folder, path })
    }
  }
  await collect(root)
  const parquet = all.filter(({ path }) => outputFormat(path) === 'parquet')
  const files = parquet.length > 0 ? parquet : all
  const byFolder = new Map<string, string[]>()
  for (const { folder, path } of files) byFolder.set(folder, [...(byFolder.get(folder) ?? []), path])
  return byFolder
}

/** @throws an error that is not about the file */
function notReadable(source: string, cause: unknown): InputError {
  if (cause instanceof InputError) return cause
  if (!(cause instanceof Error && 'syscall' in cause)) throw cause
  return new InputError({ source }, `cannot be read: ${cause.message}`, cause)
}

class Check {
  readonly #records: RecordCheck
  readonly #problems: Problem[] = []
  #problemCount = 0
  #files = 0
  #count = 0

  constructor(options: EmbeddedOptions) {
    this.#records = new RecordCheck(options)
  }

  get result(): Checked {
    const { layout, dimension } = this.#records
    return {
      files: this.#files,
      records: this.#count,
      layout,
      dimension,
      problemCount: this.#problemCount,
      problems: this.#problems,
    }
  }

  note({ line, message }: InputError): void {
    this.#problemCount++
    if (this.#problems.length < LISTED) this.#problems.push({ line, message })
  }

  overLimit(source: string, unit: 'namespaces' | 'files' | 'bytes', limit: number): void {
    this.note(
      new InputError(
        { source },
        `has more than ${limit.toLocaleString('en-US')} ${unit}, the limit of the import`,
      ),
    )
  }

  /** Checks all records of a file; returns its length in bytes. */
  async file(path: string, ids: NamespaceIds): Promise<number> {
    const source = nameOf(path)
    const isParquet = outputFormat(path) === 'parquet'
    this.#files++
    ids.beginFile(source)
    const before = this.#count
    for await (const fields of isParquet ? readParquet(path, source) : readJsonl(bytesOf(path), source)) {
      if (isParquet && this.#count === before) this.#checkColumns(Object.keys(fields.values), source)
      this.#count++
      ids.beginRecord()
      try {
        this.#records.check(fields, isParquet, ids)
      } catch (error) {
        if (!(error instanceof InputError)) throw error
        this.note(error)
      }
    }
    if (this.#count === before) this.note(new InputError({ source }, 'has no records'))
    const { size } = await stat(path)
    const isImported = isParquet || this.#records.layout === 'documents'
    if (isImported && size > IMPORT.bytesOfFile) this.overLimit(source, 'bytes', IMPORT.bytesOfFile)
    return size
  }

  #checkColumns(names: readonly string[], source: string): void {
    for (const name of names) {
      if (COLUMNS.has(name)) continue
      this.note(
        new InputError({ source }, `has the column ${JSON.stringify(name)}, which the import ignores`),
      )
    }
  }
}
