import type { TextRecord } from '@pinecone-inference/files'
import { passages } from '../texts/passages.js'

export function records(count: number, words: { least: number; most: number }): TextRecord[] {
  return passages(count, words).map((text, i) => ({ id: `passage-${i}`, text }))
}
