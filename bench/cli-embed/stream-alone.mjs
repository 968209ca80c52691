// The client's embedStream and nothing else: texts from a file's lines, vectors thrown away.
// Plain JavaScript, as a loader for TypeScript would take its own time.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { PineconeInference } from '@pinecone-inference/client'

const [path, model, parameters] = process.argv.slice(2)
const pinecone = new PineconeInference()

async function* texts() {
  for await (const line of createInterface({ input: createReadStream(path) })) yield JSON.parse(line).text
}

let count = 0
for await (const { embedding } of pinecone.embedStream({
  model,
  inputs: texts(),
  parameters: JSON.parse(parameters),
})) {
  if (embedding) count++
}
await pinecone.close()
process.stdout.write(`${count}\n`)
