import { statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { InputError } from '../input-error.js'

/** What an input is: records of some kind, one document that is cut into passages, or a folder of documents. */
export type InputFormat = RecordFormat | DocumentFormat | 'folder'

/** `lines`: a text a line; `json`: an array of objects, or objects one after the other. */
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

/** The format of a document by its name, compressed or not; undefined for what is none. */
export function documentFormat(name: string): DocumentFormat | undefined {
  return documents[extensionOf(name)]
}

export function isDocument(format: InputFormat): format is DocumentFormat {
  return Object.values<InputFormat>(documents).includes(format)
}

/**
 * How an input is read: as it is told, else by its extension, `.gz` and `.zst` aside; `folder` for a folder. What has
 * no name, the standard input (`-`) or a pipe such as `/dev/fd/63`, is `unnamed`.
 */
export async function inputFormat(
  input: string,
  told?: Exclude<InputFormat, 'folder'>,
): Promise<InputFormat | 'unnamed'> {
  if (isStandardInput(input)) return told ?? 'unnamed'
  const found = await stat(input).catch((cause: unknown) => {
    throw new InputError({ source: input }, 'is not there, or may not be read', cause)
  })
  if (found.isDirectory()) return 'folder'
  const extension = extensionOf(input)
  const format = told ?? records[extension] ?? documents[extension]
  if (format) return format
  if (!found.isFile()) return 'unnamed'
  const known = Object.keys({ ...records, ...documents }).join(', ')
  throw new InputError(
    { source: input },
    `is of no known kind; known are ${known}, each also as .gz or .zst, and folders; or name its format (--input-format)`,
  )
}

/** By its name in the shell; where it is a socket, `/dev/stdin` cannot be opened. */
export function isStandardInput(input: string): boolean {
  return input === '-' || input === '/dev/stdin' || input === '/dev/fd/0'
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
