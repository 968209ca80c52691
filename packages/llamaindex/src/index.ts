export { type EmbedCallOptions, PineconeEmbedding, type PineconeEmbeddingFields } from './embedding.js'
export { PineconeRerank, type PineconeRerankFields } from './rerank.js'
