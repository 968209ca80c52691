export type { PineconeEmbeddingSettings } from './embedding-model.js'
export {
  createPinecone,
  type DenseEmbedModel,
  type PineconeProvider,
  type PineconeProviderSettings,
  pinecone,
} from './provider.js'
export type { PineconeRerankingSettings } from './reranking-model.js'
