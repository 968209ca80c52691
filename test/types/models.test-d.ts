/** Compiled with the rest by `pnpm typecheck`: an error that is expected and does not come is an error. */
import {
  type DenseEmbedding,
  type EmbedModel,
  type EmbedResult,
  PineconeInference,
  type RerankModel,
  type SparseEmbedding,
} from '@pinecone-inference/client'
import {
  PineconeEmbeddings,
  PineconeSparseEmbeddings,
  PineconeRerank as RerankDocuments,
} from '@pinecone-inference/langchain'
import { PineconeEmbedding, PineconeRerank as RerankNodes } from '@pinecone-inference/llamaindex'
import { expectTypeOf } from 'vitest'

const pinecone = new PineconeInference()
const inputs = ['a']
const anyModel: string = process.argv[2] ?? ''

/** A hosted model's parameters are known. */
const llama = 'llama-text-embed-v2'
const e5 = 'multilingual-e5-large'
const sparse = 'pinecone-sparse-english-v0'
void pinecone.embed({ model: llama, inputs, parameters: { inputType: 'query', dimension: 384 } })
void pinecone.embed({ model: llama, inputs, parameters: { inputType: 'query', truncate: 'START' } })
// @ts-expect-error it has no vectors of this length
void pinecone.embed({ model: llama, inputs, parameters: { inputType: 'query', dimension: 500 } })
// @ts-expect-error this one has 1024 only
void pinecone.embedAll({ model: e5, inputs, parameters: { inputType: 'query', dimension: 384 } })
// @ts-expect-error sparse vectors have no length to choose
void pinecone.embedStream({ model: sparse, inputs, parameters: { inputType: 'query', dimension: 384 } })
// @ts-expect-error it cuts no beginnings
void pinecone.embed({ model: e5, inputs, parameters: { inputType: 'query', truncate: 'START' } })
// @ts-expect-error query or passage
void pinecone.embed({ model: e5, inputs, parameters: { inputType: 'document' } })
// a parameter that is newer than this package
void pinecone.embed({ model: llama, inputs, parameters: { inputType: 'query', newOne: true } })

/** A reranker's too. */
const query = 'q'
const documents = inputs
const bge = 'bge-reranker-v2-m3'
const cohere = 'cohere-rerank-3.5'
void pinecone.rerank({ model: bge, query, documents, parameters: { truncate: 'END' } })
void pinecone.rerankAll({ model: 'pinecone-rerank-v0', query, documents, parameters: { truncate: 'NONE' } })
void pinecone.rerank({ model: cohere, query, documents, parameters: { maxChunksPerDoc: 10 } })
// @ts-expect-error it cuts no beginnings
void pinecone.rerank({ model: bge, query, documents, parameters: { truncate: 'START' } })
// @ts-expect-error it has no such parameter
void pinecone.rerankAll({ model: cohere, query, documents, parameters: { truncate: 'END' } })
// @ts-expect-error a number
void pinecone.rerank({ model: cohere, query, documents, parameters: { maxChunksPerDoc: '10' } })
// a parameter that is newer than this package
void pinecone.rerank({ model: bge, query, documents, parameters: { newOne: true } })

/** Any other model takes any of them. */
void pinecone.embed({ model: 'my-own-model', inputs, parameters: { inputType: 'clustering', dimension: 77 } })
void pinecone.embed({ model: anyModel, inputs, parameters: { inputType: 'query', dimension: 77 } })
void pinecone.rerank({ model: anyModel, query, documents, parameters: { truncate: 'MIDDLE' } })

/** The hosted names are offered: they are members of the type, and not swallowed by `string`. */
expectTypeOf<Extract<EmbedModel, 'llama-text-embed-v2'>>().toEqualTypeOf<'llama-text-embed-v2'>()
expectTypeOf<Extract<RerankModel, 'bge-reranker-v2-m3'>>().toEqualTypeOf<'bge-reranker-v2-m3'>()
expectTypeOf<string>().toExtend<EmbedModel>()
expectTypeOf<string>().toExtend<RerankModel>()

/** What comes back: of a hosted model it is known which vectors. */
const all = await pinecone.embedAll({ model: 'llama-text-embed-v2', inputs })
expectTypeOf(all.vectorType).toEqualTypeOf<'dense'>()
expectTypeOf(all.data.map(({ values }) => values)).toEqualTypeOf<number[][]>()
const [embedding] = all.data
// @ts-expect-error there may be no first one
embedding.values
const oneOfTwo = process.argv.includes('--long') ? llama : e5
expectTypeOf((await pinecone.embed({ model: oneOfTwo, inputs })).data).toEqualTypeOf<DenseEmbedding[]>()
const terms = await pinecone.embedAll({ model: sparse, inputs }, { onError: 'collect' })
expectTypeOf(terms.data).toEqualTypeOf<(SparseEmbedding | null)[]>()
// @ts-expect-error a sparse one has no values
terms.data[0]?.values
for await (const streamed of pinecone.embedStream({ model: llama, inputs, encoding: 'float32' })) {
  expectTypeOf(streamed.embedding.values).toEqualTypeOf<Float32Array>()
}
/** Of any other model it is not: `vectorType` tells. */
const unknown = await pinecone.embed({ model: anyModel, inputs })
// @ts-expect-error it may be a sparse one
unknown.data[0]?.values
for (const one of unknown.data) {
  if (one.vectorType === 'dense') expectTypeOf(one.values).toEqualTypeOf<number[]>()
  else expectTypeOf(one.sparseIndices).toEqualTypeOf<number[]>()
}
const typed: EmbedResult = all
void typed
const collected = await pinecone.embedAll({ model: anyModel, inputs }, { onError: 'collect' })
// @ts-expect-error where a request failed there is null
collected.data[0]?.vectorType satisfies string
// @ts-expect-error only with onError: 'collect'
all.failures

/** Wrong calls. */
// @ts-expect-error no model
void pinecone.embed({ inputs })
// @ts-expect-error texts, not numbers
void pinecone.embed({ model: anyModel, inputs: [1] })
// @ts-expect-error a list of texts
void pinecone.embed({ model: anyModel, inputs: 'a' })
// @ts-expect-error no query
void pinecone.rerank({ model: 'bge-reranker-v2-m3', documents: inputs })
// @ts-expect-error throw or collect
void pinecone.embedAll({ model: anyModel, inputs }, { onError: 'ignore' })
// @ts-expect-error no such option
new PineconeInference({ apikey: 'a' })

/** Adapters: the same for their models. */
new PineconeEmbeddings()
new PineconeEmbeddings({ model: 'llama-text-embed-v2', dimension: 2048, truncate: 'START' })
new PineconeEmbeddings({ model: anyModel, dimension: 77 })
new PineconeEmbedding({ model: 'llama-text-embed-v2', dimension: 2048, batchSize: 10 })
new PineconeEmbedding({ client: pinecone })
new PineconeSparseEmbeddings({ documentParameters: { maxTokensPerSequence: 512 } })
expectTypeOf(new PineconeEmbeddings({ model: 'llama-text-embed-v2' })).toExtend<PineconeEmbeddings>()
// @ts-expect-error no such length
new PineconeEmbeddings({ model: 'llama-text-embed-v2', dimension: 500 })
// @ts-expect-error no such length
new PineconeEmbedding({ model: 'multilingual-e5-large', dimension: 384 })
// @ts-expect-error no such truncation
new PineconeEmbedding({ model: 'multilingual-e5-large', truncate: 'START' })
// @ts-expect-error no length to choose
new PineconeSparseEmbeddings({ model: 'pinecone-sparse-english-v0', dimension: 384 })
// @ts-expect-error a client has its key already
new PineconeEmbeddings({ client: pinecone, apiKey: 'a' })
new RerankDocuments({ model: 'bge-reranker-v2-m3', parameters: { truncate: 'END' } })
// @ts-expect-error no such truncation
new RerankDocuments({ model: 'bge-reranker-v2-m3', parameters: { truncate: 'START' } })
// @ts-expect-error it has no such parameter
new RerankNodes({ model: 'cohere-rerank-3.5', parameters: { truncate: 'END' } })
// @ts-expect-error a number
new RerankDocuments({ topN: '5' })
// @ts-expect-error no such option
new RerankNodes({ topK: 5 })
expectTypeOf(new PineconeSparseEmbeddings().embedQuery('a')).resolves.toEqualTypeOf<{
  indices: number[]
  values: number[]
}>()
