/** Models of the soak: one of each kind of answer. */
export const denseModel = 'llama-text-embed-v2'
export const sparseModel = 'pinecone-sparse-english-v0'
export const rerankModel = 'bge-reranker-v2-m3'
export const dimension = 384
