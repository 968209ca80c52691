import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readRecords, type TextRecord } from '@pinecone-inference/files'
import { passages } from '../texts/passages.js'

export function records(count: number, words: { least: number; most: number }): TextRecord[] {
  return passages(count, words).map((text, i) => ({ id: `passage-${i}`, text }))
}

/** How many different ids the part files of a folder hold. Throws for one that is there twice. */
export async function countIds(folder: string): Promise<number> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.parquet')).sort()
  const seen = new Set<string>()
  const paths = files.map((file) => join(folder, file))
  for await (const { id } of readRecords(paths, { textField: 'id', metadataFields: [] })) {
    if (seen.has(id)) throw new Error(`${id} is there twice`)
    seen.add(id)
  }
  return seen.size
}
