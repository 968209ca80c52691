import { dirname, join } from 'node:path'
import { outputFormat } from '@pinecone-inference/files'
import { OutputError } from '../../ending/expected-error.js'
import { isFolder, namesIn } from './make-folder.js'

/** The namespace that has no name, as Pinecone's bulk import calls it. */
const DEFAULT_NAMESPACE = '__default__'

/**
 * The file that an `--output` stands for: itself, or in a folder `<namespace>/0.parquet`, so that the folder is what
 * the bulk import takes.
 */
export async function outputPath(output: string, namespace: string | undefined): Promise<string> {
  if (output !== '-' && (/[/\\]$/.test(output) || (await isFolder(output)))) {
    const folder = join(output, folderOf(namespace ?? DEFAULT_NAMESPACE))
    return join(folder, '0.parquet')
  }
  if (namespace !== undefined) {
    throw new OutputError('--namespace goes with a folder as --output: <folder>/<namespace>/0.parquet')
  }
  if (output === '-' || outputFormat(output)) return output
  throw new OutputError(
    `--output ${output} has an unknown extension; allowed: .jsonl, .parquet, a folder (ending in /), or -`,
  )
}

/** https://docs.pinecone.io/reference/api/database-limits/operation-limits, import limits, November 2026 */
const LARGEST_IMPORT_FILE = 10e9

/** What to tell about a Parquet file whose dense vectors alone are more than the import accepts; undefined if they are not. */
export function tooLargeToImport(path: string, records: number, dimension: number): string | undefined {
  if (outputFormat(path) !== 'parquet' || records * dimension * 4 <= LARGEST_IMPORT_FILE) return undefined
  return (
    `${path} will have more than 10 GB, the most that Pinecone’s import accepts per file. To import it, embed parts of the ` +
    'input into several files of one folder, or use embed --redis, which writes parts.'
  )
}

/** A single folder, since the bulk import accepts no deeper ones. */
function folderOf(namespace: string): string {
  if (!/[/\\\0]/.test(namespace) && !['', '.', '..'].includes(namespace)) return namespace
  throw new OutputError(`--namespace ${JSON.stringify(namespace)} cannot be the name of a folder`)
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
