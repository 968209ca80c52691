/** Compiled with the rest by `pnpm typecheck`: an error that is expected and does not come is an error. */

import { createPinecone, pinecone } from '@pinecone-inference/ai-sdk'
import { PineconeInference } from '@pinecone-inference/client'
import * as ai6 from 'ai'
import * as ai7 from 'ai-7'

const anyModel: string = process.argv[2] ?? ''
const anyNumber = Number(process.argv[3])

/** Models and the provider fit both versions of the SDK. */
const embedding = pinecone.embedding('llama-text-embed-v2', { inputType: 'passage' })
const reranking = pinecone.reranking('bge-reranker-v2-m3')
const documents = ['a', 'b']
void ai6.embedMany({ model: embedding, values: documents })
void ai7.embedMany({ model: embedding, values: documents, dimensions: 384 })
void ai6.rerank({ model: reranking, query: 'q', documents, topN: 1 })
void ai7.rerank({ model: reranking, query: 'q', documents: [{ title: 'a' }] })
ai6.createProviderRegistry({ pinecone }).rerankingModel('pinecone:bge-reranker-v2-m3')
ai7.createProviderRegistry({ pinecone }).rerankingModel('pinecone:bge-reranker-v2-m3')
ai6.customProvider({ embeddingModels: { own: embedding }, fallbackProvider: pinecone })
ai7.customProvider({ embeddingModels: { own: embedding }, fallbackProvider: pinecone })
ai6.wrapEmbeddingModel({ model: embedding, middleware: { specificationVersion: 'v3' } })
ai7.wrapEmbeddingModel({ model: embedding, middleware: { specificationVersion: 'v4' } })

/** Settings are those of the model that the code names. */
pinecone.embedding('llama-text-embed-v2', { inputType: 'query', dimension: 384, truncate: 'START' })
pinecone.embedding('llama-text-embed-v2', { inputType: 'query', dimension: anyNumber })
pinecone.embedding(anyModel, { inputType: 'clustering', dimension: 77 })
// @ts-expect-error it has no vectors of this length
pinecone.embedding('llama-text-embed-v2', { inputType: 'query', dimension: 500 })
// @ts-expect-error it cuts no beginnings
pinecone.embedding('multilingual-e5-large', { inputType: 'query', truncate: 'START' })
// @ts-expect-error query or passage
pinecone.embedding('multilingual-e5-large', { inputType: 'document' })
// @ts-expect-error it is called dimension
pinecone.embedding('multilingual-e5-large', { inputType: 'query', dimensions: 1024 })
pinecone.reranking('bge-reranker-v2-m3', { rankFields: ['title'], parameters: { truncate: 'NONE' } })
// @ts-expect-error it cuts no beginnings
pinecone.reranking('bge-reranker-v2-m3', { parameters: { truncate: 'START' } })

/** A client, or options for one. */
createPinecone({ client: new PineconeInference() })
createPinecone({ maxRetries: 0, rateLimit: { tokensPerMinute: 250_000 } })
// @ts-expect-error one or the other
createPinecone({ client: new PineconeInference(), maxRetries: 0 })
