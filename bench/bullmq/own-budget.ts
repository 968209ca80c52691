import { PineconeInference } from '@pinecone-inference/client'
import { MODEL } from './kills.js'
import { records } from './records.js'

interface Slice {
  readonly url: string
  readonly tokensPerMinute: number
  readonly rows: number
  readonly from: number
  readonly to: number
}

const { url, tokensPerMinute, rows, from, to } = JSON.parse(process.argv[2] ?? '') as Slice
await using client = new PineconeInference({ apiKey: 'bench', baseUrl: url, rateLimit: { tokensPerMinute } })
const inputs = records(rows, { least: 8, most: 24 })
  .slice(from, to)
  .map(({ text }) => text)
for await (const _ of client.embedStream({
  ...MODEL,
  inputs,
})) {
  // only the requests count
}
