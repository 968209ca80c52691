import { PineconeEmbeddings } from '@pinecone-inference/langchain'
import { type Contender, IN_FLIGHT } from '../contender.js'

export function open(baseUrl: string): Contender {
  const embeddings = new PineconeEmbeddings({ apiKey: 'offline', baseUrl, maxConcurrency: IN_FLIGHT })
  return {
    embedMany: (texts) => embeddings.embedDocuments(texts),
    embedQuery: (text) => embeddings.embedQuery(text),
  }
}
