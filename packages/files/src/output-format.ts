import { extname } from 'node:path'

export type OutputFormat = 'jsonl' | 'parquet'

/** The format of a file by its extension; undefined for an unknown one. */
export function outputFormat(path: string): OutputFormat | undefined {
  const extension = extname(path).toLowerCase()
  if (extension === '.parquet') return 'parquet'
  return extension === '.jsonl' || extension === '.ndjson' ? 'jsonl' : undefined
}
