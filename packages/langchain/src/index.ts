export { PineconeEmbeddings, type PineconeEmbeddingsFields } from './embeddings.js'
export type { EmbedCallOptions } from './hosted-embeddings.js'
export type {
  IndexMatch,
  IndexQuery,
  IndexRecord,
  PineconeIndex,
  RecordsToUpsert,
} from './hybrid/index-client.js'
export { PineconeIndexError } from './hybrid/index-error.js'
export {
  type AddOptions,
  PineconeHybridSearchRetriever,
  type PineconeHybridSearchRetrieverFields,
} from './hybrid/retriever.js'
export {
  PineconeRerank,
  type PineconeRerankFields,
  type Rankable,
  type RankedResult,
  type RerankCallOptions,
} from './rerank.js'
export {
  PineconeSparseEmbeddings,
  type PineconeSparseEmbeddingsFields,
  type SparseVector,
} from './sparse-embeddings.js'
