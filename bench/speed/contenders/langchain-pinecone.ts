import { PineconeEmbeddings } from '@pinecone-inference/bench-langchain-pinecone'
import { type Contender, inLanes, MODEL } from '../contender.js'

/** `embedDocuments` sends all texts as one request, which the service refuses over 96: lanes of batches, then. */
export function open(url: string): Contender {
  // It asks for the variable even where the key is passed.
  process.env.PINECONE_API_KEY = 'offline'
  const embeddings = new PineconeEmbeddings({ model: MODEL, apiKey: 'offline', controllerHostUrl: url })
  return {
    embedMany: (texts) => inLanes(texts, (batch) => embeddings.embedDocuments(batch)),
    embedQuery: (text) => embeddings.embedQuery(text),
  }
}
