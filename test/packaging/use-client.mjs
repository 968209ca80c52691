// What a client does anywhere: embed, rerank, an error of the service, an abort in the middle. Prints what came out, of a
// client as it is and of one that is given a fetch.
import { PineconeInference } from '@pinecone-inference/client'

const model = 'llama-text-embed-v2'
const parameters = { inputType: 'passage', dimension: 384 }

async function use(options) {
  const pinecone = new PineconeInference(options)
  const inputs = Array.from({ length: 200 }, (_, i) => `passage ${i}`)
  const { data } = await pinecone.embedAll({ model, inputs, parameters })

  const ranking = await pinecone.rerank({
    model: 'bge-reranker-v2-m3',
    query: 'pools of sockets',
    documents: ['cats purr', 'pools of sockets'],
  })

  const refusal = await pinecone
    .embed({ model: 'no-such-model', inputs: ['a'], parameters })
    .catch(({ name, status }) => ({ name, status }))
  await pinecone.close()

  const stalled = new PineconeInference({ ...options, headers: { 'X-Emulator-Fault': 'stall:body' } })
  const stop = new AbortController()
  setTimeout(() => stop.abort(new Error('enough')), 200)
  const aborted = await stalled
    .embed({ model, inputs: ['a'], parameters }, { signal: stop.signal })
    .catch(({ message }) => message)
  await stalled.close()

  return {
    dimensions: data.map(({ values }) => values.length),
    best: ranking.data[0].index,
    refusal,
    aborted,
  }
}

console.log(JSON.stringify([await use({}), await use({ fetch })]))
