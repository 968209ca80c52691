import { PineconeEmbedding } from '@pinecone-inference/llamaindex'
import { type Contender, IN_FLIGHT } from '../contender.js'

export function open(baseUrl: string): Contender {
  const embedding = new PineconeEmbedding({ apiKey: 'offline', baseUrl, maxConcurrency: IN_FLIGHT })
  return {
    embedMany: (texts) => embedding.getTextEmbeddingsBatch(texts),
    embedQuery: async (text) => (await embedding.getQueryEmbedding(text)) ?? [],
  }
}
