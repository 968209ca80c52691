import { readFileSync, writeFileSync } from 'node:fs'
import { Pinecone } from '@pinecone-database/pinecone'

// What people write around the official SDK: batches, a few at a time, a growing wait after each failure, and a
// file at the end. It is a fair one: it tries everything again, with jitter, up to ten times.

const BATCH = 96
const RETRIES = 10

const [input = '', output = '', inFlight = '1'] = process.argv.slice(2)
const records: { id: string; text: string }[] = readFileSync(input, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line))

const pinecone = new Pinecone({
  apiKey: process.env.PINECONE_API_KEY ?? '',
  controllerHostUrl: process.env.PINECONE_INFERENCE_URL ?? '',
})
const starts = Array.from({ length: Math.ceil(records.length / BATCH) }, (_, batch) => batch * BATCH)
const embedded: { id: string; values: number[] }[] = []

async function worker(): Promise<void> {
  for (let start = starts.shift(); start !== undefined; start = starts.shift()) {
    const batch = records.slice(start, start + BATCH)
    const { data } = await patiently(() =>
      pinecone.inference.embed(
        'llama-text-embed-v2',
        batch.map(({ text }) => text),
        { inputType: 'passage', truncate: 'END' },
      ),
    )
    for (const [index, { id }] of batch.entries()) {
      const embedding = data[index]
      if (embedding && 'values' in embedding) embedded.push({ id, values: embedding.values })
    }
    console.log(JSON.stringify({ done: embedded.length }))
  }
}

async function patiently<T>(request: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await request()
    } catch (error) {
      if (attempt >= RETRIES) throw error
      const backoff = Math.min(60_000, 1000 * 2 ** attempt) * (0.5 + Math.random() / 2)
      await new Promise((resolve) => setTimeout(resolve, backoff))
    }
  }
}

await Promise.all(Array.from({ length: Number(inFlight) }, worker))
writeFileSync(output, embedded.map((record) => `${JSON.stringify(record)}\n`).join(''))
