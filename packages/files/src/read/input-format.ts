import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { InputError } from '../input-error.js'

export type InputFormat = 'jsonl' | 'csv' | 'parquet' | 'folder' | 'text'

const byExtension: Record<string, InputFormat> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.csv': 'csv',
  '.parquet': 'parquet',
  '.md': 'text',
  '.markdown': 'text',
  '.txt': 'text',
}

/** How an input is read: by its extension, `folder` for a folder, JSONL for `-`, the standard input. */
export async function inputFormat(input: string): Promise<InputFormat> {
  if (input === '-') return 'jsonl'
  const found = await stat(input).catch((cause: unknown) => {
    throw new InputError({ source: input }, 'is not there, or may not be read', cause)
  })
  if (found.isDirectory()) return 'folder'
  if (!found.isFile()) {
    throw new InputError({ source: input }, 'is no file and no folder; give what a pipe holds as -')
  }
  const format = byExtension[extname(input).toLowerCase()]
  if (format) return format
  throw new InputError(
    { source: input },
    `is of no known kind; allowed: ${Object.keys(byExtension).join(', ')}, or a folder of .md, .markdown and .txt files`,
  )
}
