import { createPinecone } from '@pinecone-inference/ai-sdk'
import { embed, embedMany } from 'ai'
import { type Contender, IN_FLIGHT, MODEL } from '../contender.js'

export function open(baseUrl: string): Contender {
  const pinecone = createPinecone({ apiKey: 'offline', baseUrl, maxConcurrency: IN_FLIGHT })
  const passages = pinecone.embedding(MODEL, { inputType: 'passage' })
  const queries = pinecone.embedding(MODEL, { inputType: 'query' })
  return {
    embedMany: async (values) => (await embedMany({ model: passages, values })).embeddings,
    embedQuery: async (value) => (await embed({ model: queries, value })).embedding,
  }
}
