import { basename, dirname, join } from 'node:path'
import { holdsVectors, outputFormat } from '@pinecone-inference/files'
import { OutputError } from '../../ending/expected-error.js'
import { isFolder, namesIn } from './make-folder.js'
import { type OutputFile, partsOf } from './run-folder.js'

/** The namespace that has no name, as Pinecone's bulk import calls it. */
const DEFAULT_NAMESPACE = '__default__'

/** What an `--output` stands for. */
export interface OutputPath {
  /** Of the file, or of the first part in a folder; `-` for the standard output. */
  readonly path: string
  /** Bytes after which a part is followed by another; infinite for a single file. */
  readonly partBytes: number
}

/** Whether an output is a single file, not parts in a folder. */
export function isSingleFile(partBytes: number): boolean {
  return partBytes === Number.POSITIVE_INFINITY
}

export interface OutputPathOptions {
  readonly layout: 'vectors' | 'rest' | 'documents'
  readonly namespace?: string | undefined
  /** In megabytes. */
  readonly partSize?: number | undefined
}

/**
 * Far below the 10 GB that the import accepts per file, so that an upload that fails is soon repeated:
 * https://docs.pinecone.io/reference/api/database-limits/operation-limits, import limits, November 2026.
 */
const PART_MEGABYTES = 1000
const LARGEST_IMPORT_FILE = 10e9

/**
 * The file that an `--output` stands for: itself, or in a folder the first part, `<namespace>/0.parquet`, so that the folder is
 * what the import takes; into a document index that is JSONL (https://docs.pinecone.io/guides/data/import-data).
 *
 * @throws OutputError for options that do not go together
 */
export async function outputPath(
  output: string,
  { layout, namespace, partSize }: OutputPathOptions,
): Promise<OutputPath> {
  const isInFolder = output !== '-' && (/[/\\]$/.test(output) || (await isFolder(output)))
  const format =
    isInFolder && layout === 'documents' ? 'jsonl' : isInFolder ? 'parquet' : outputFormat(output)
  if (format === 'parquet' && layout !== 'vectors') {
    throw new OutputError(`--layout ${layout} is for JSONL; ${output} would be Parquet`)
  }
  if (isInFolder) {
    const folder = join(output, folderOf(namespace ?? DEFAULT_NAMESPACE))
    return { path: join(folder, `0.${format}`), partBytes: (partSize ?? PART_MEGABYTES) * 1e6 }
  }
  if (namespace !== undefined) {
    throw new OutputError('--namespace needs a folder as --output: <folder>/<namespace>/0.parquet')
  }
  if (partSize !== undefined) throw new OutputError('--part-size needs a folder as --output')
  if (output === '-' || format) return { path: output, partBytes: Number.POSITIVE_INFINITY }
  throw new OutputError(
    `--output ${output} has an unknown extension; allowed: .jsonl, .parquet, a folder (ending in /), or -`,
  )
}

/** What is wrong with a Parquet file whose dense vectors alone exceed what the import accepts; undefined if they do not. */
export function tooLargeToImport(path: string, records: number, dimension: number): string | undefined {
  if (outputFormat(path) !== 'parquet' || records * dimension * 4 <= LARGEST_IMPORT_FILE) return undefined
  return (
    `${path} would have more than 10 GB, the most that Pinecone’s import accepts per file. Give a folder as --output, ` +
    'such as import/, for parts of 1 GB.'
  )
}

/** A single folder, since the bulk import accepts no deeper ones. */
function folderOf(namespace: string): string {
  if (!/[/\\\0]/.test(namespace) && !['', '.', '..'].includes(namespace)) return namespace
  throw new OutputError(`--namespace ${JSON.stringify(namespace)} cannot be the name of a folder`)
}

/**
 * Refuses a folder with files of vectors that are not parts of the output: an import would take them as well.
 *
 * @param own number of parts that the output has
 * @throws OutputError if there is such a file
 */
export async function refuseOtherParts(
  { output, partBytes }: Pick<OutputFile, 'output' | 'partBytes'>,
  own: number,
): Promise<void> {
  if (isSingleFile(partBytes)) return
  const folder = dirname(output)
  const parts = new Set(partsOf(output, own).map((part) => basename(part)))
  const other = (await namesIn(folder)).find((name) => holdsVectors(name) && !parts.has(name))
  if (other === undefined) return
  throw new OutputError(
    `${join(folder, other)} is not a part of this output, but an import would take it for one. Move it away, or give ` +
      'another folder.',
  )
}

/**
 * Refuses a folder with the output of an `embed --redis`: an import would take every record twice.
 *
 * @throws OutputError if such an output is there, finished or not
 */
export async function refusePartsOfWorkers(path: string): Promise<void> {
  const folder = dirname(path)
  const parts = (await namesIn(folder)).filter((name) => /^part-\d{9,}\./.test(name))
  if (parts.length === 0) return
  throw new OutputError(
    `${folder} holds ${parts[0]}${parts.length > 1 ? ' and others' : ''} of an embed --redis, so an import would take ` +
      'the records twice. Give another folder.',
  )
}
