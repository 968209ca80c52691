import { readFile } from 'node:fs/promises'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'

export const SPARSE = ['--model', 'pinecone-sparse-english-v0'] as const
export const DENSE = ['--model', 'llama-text-embed-v2', '--dimension', '384'] as const

/** So many records, numbered from 0 or the given one. */
export const passages = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => ({ id: `id-${from + i}`, text: `passage ${from + i} of many` }))

/** Records as JSONL. */
export const lines = (records: readonly unknown[]) =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('')

/** The ids that an output holds, in order. */
export async function idsIn(path: string): Promise<string[]> {
  if (path.endsWith('.parquet')) {
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path), columns: ['id'] })
    return rows.map(({ id }) => id)
  }
  const text = await readFile(path, 'utf8')
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).id)
}
