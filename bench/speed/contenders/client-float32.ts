import { type EmbedResult, PineconeInference } from '@pinecone-inference/client'
import { type Contender, IN_FLIGHT, MODEL } from '../contender.js'

/** The client with `encoding: 'float32'`. */
export function open(baseUrl: string): Contender {
  const client = new PineconeInference({ apiKey: 'offline', baseUrl, maxConcurrency: IN_FLIGHT })
  const values = ({ data }: EmbedResult<'float32'>) =>
    data.flatMap((embedding) => (embedding.vectorType === 'dense' ? [embedding.values] : []))
  const encoding = 'float32'
  const passage = { model: MODEL, parameters: { inputType: 'passage' }, encoding } as const
  const query = { model: MODEL, parameters: { inputType: 'query' }, encoding } as const
  return {
    embedMany: async (inputs) => values(await client.embedAll({ ...passage, inputs })),
    embedQuery: async (text) => values(await client.embed({ ...query, inputs: [text] }))[0] ?? [],
  }
}
