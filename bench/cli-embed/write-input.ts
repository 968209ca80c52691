import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { passages } from '../texts/passages.js'

/** A JSONL file of records, the same on every run. */
export async function writeInput(path: string, records: number): Promise<void> {
  const texts = passages(Math.min(records, 10_000), { least: 8, most: 24 })
  function* lines() {
    for (let i = 0; i < records; i++) {
      yield `${JSON.stringify({ id: `record-${i}`, text: `${i} ${texts[i % texts.length]}`, metadata: { page: i } })}\n`
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(path))
}
