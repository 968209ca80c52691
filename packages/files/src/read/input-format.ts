import { statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { InputError } from '../input-error.js'

/** The format of an input: records, a document that is split into passages, or a folder of documents. */
export type InputFormat = RecordFormat | DocumentFormat | 'folder'

/** `lines` has a text per line; `json`, an array of objects, or objects one after another. */
export type RecordFormat = 'jsonl' | 'json' | 'csv' | 'tsv' | 'parquet' | 'lines'

export type DocumentFormat = 'markdown' | 'text' | 'notebook' | 'html' | 'docx' | 'pdf'

const records: Record<string, RecordFormat> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.json': 'json',
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.tab': 'tsv',
  '.parquet': 'parquet',
}

const documents: Record<string, DocumentFormat> = {
  '.md': 'markdown',
  '.markdown': 'markdown',
  '.mdx': 'markdown',
  '.txt': 'text',
  '.rst': 'text',
  '.ipynb': 'notebook',
  '.html': 'html',
  '.htm': 'html',
  '.docx': 'docx',
  '.pdf': 'pdf',
}

/** The format of a document by its name, compressed or not; undefined for other files. */
export function documentFormat(name: string): DocumentFormat | undefined {
  return documents[extensionOf(name)]
}

/** Whether an input of this format is a document, whose passages are the records. */
export function isDocument(format: InputFormat): format is DocumentFormat {
  return Object.values<InputFormat>(documents).includes(format)
}

/**
 * The format of an input: `folder` for a folder, else as told, else by its extension without `.gz` or `.zst`. An input
 * without a name, the standard input (`-`) or a pipe such as `/dev/fd/63`, is `unnamed`.
 */
export async function inputFormat(
  input: string,
  told?: Exclude<InputFormat, 'folder'>,
): Promise<InputFormat | 'unnamed'> {
  if (isStandardInput(input)) return told ?? 'unnamed'
  const found = await stat(input).catch((cause: unknown) => {
    throw new InputError({ source: input }, 'does not exist, or cannot be read', cause)
  })
  if (found.isDirectory()) return 'folder'
  const extension = extensionOf(input)
  const format = told ?? records[extension] ?? documents[extension]
  if (format) return format
  if (!found.isFile()) return 'unnamed'
  const known = Object.keys({ ...records, ...documents }).join(', ')
  throw new InputError(
    { source: input },
    `has an unknown extension; known are ${known}, also compressed (.gz, .zst), and folders; or name the format (--input-format)`,
  )
}

/** Recognised by its names in the shell, since `/dev/stdin` cannot be opened if it is a socket. */
export function isStandardInput(input: string): boolean {
  return input === '-' || input === '/dev/stdin' || input === '/dev/fd/0'
}

/** Whether an input has no name of its own: the standard input, or a pipe that the shell made, such as `/dev/fd/63`. */
export function hasNoName(input: string): boolean {
  return isStandardInput(input) || /^\/(?:dev|proc\/self)\/fd\/\d+$/.test(input)
}

/** Whether an input can be read only once: the standard input, or a pipe. */
export function comesOnce(input: string): boolean {
  if (isStandardInput(input)) return true
  // as bigints: after a `stat` of a pipe in numbers, Node 20 follows no link in the path of the next module it loads
  const found = statSync(input, { bigint: true, throwIfNoEntry: false })
  return found !== undefined && !found.isFile() && !found.isDirectory()
}

function extensionOf(path: string): string {
  return extname(path.toLowerCase().replace(/\.(?:gz|zst)$/, ''))
}
