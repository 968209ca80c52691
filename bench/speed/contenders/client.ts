import { type EmbedResult, PineconeInference } from '@pinecone-inference/client'
import { type Contender, IN_FLIGHT, MODEL } from '../contender.js'

export function open(baseUrl: string): Contender {
  const client = new PineconeInference({ apiKey: 'offline', baseUrl, maxConcurrency: IN_FLIGHT })
  const values = ({ data }: EmbedResult) =>
    data.map((embedding) => (embedding.vectorType === 'dense' ? embedding.values : []))
  const passage = { model: MODEL, parameters: { inputType: 'passage' } }
  const query = { model: MODEL, parameters: { inputType: 'query' } }
  return {
    embedMany: async (inputs) => values(await client.embedAll({ ...passage, inputs })),
    embedQuery: async (text) => values(await client.embed({ ...query, inputs: [text] }))[0] ?? [],
    async stream(inputs) {
      let count = 0
      for await (const { embedding } of client.embedStream({ ...passage, inputs })) {
        if (embedding.vectorType === 'dense') count++
      }
      return count
    },
  }
}
