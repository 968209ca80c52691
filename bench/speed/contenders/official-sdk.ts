import { Pinecone } from '@pinecone-database/pinecone'
import { type Contender, inLanes, MODEL } from '../contender.js'

/** The SDK sends what it is given as one request; batches and lanes are the caller's. */
export function open(url: string): Contender {
  const { inference } = new Pinecone({ apiKey: 'offline', controllerHostUrl: url })
  const embed = async (inputs: string[], inputType: string) => {
    const { data } = await inference.embed({ model: MODEL, inputs, parameters: { inputType } })
    return data.map((embedding) => ('values' in embedding ? embedding.values : []))
  }
  return {
    embedMany: (texts) => inLanes(texts, (batch) => embed(batch, 'passage')),
    embedQuery: async (text) => (await embed([text], 'query'))[0] ?? [],
  }
}
