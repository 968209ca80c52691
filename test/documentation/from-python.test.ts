import { Document } from '@langchain/core/documents'
import type { BaseNodePostprocessor } from '@llamaindex/core/postprocessor'
import { PineconeInference } from '@pinecone-inference/client'
import { startEmulator } from '@pinecone-inference/emulator'
import { PineconeEmbeddings, PineconeRerank, PineconeSparseEmbeddings } from '@pinecone-inference/langchain'
import { PineconeRerank as LlamaIndexRerank } from '@pinecone-inference/llamaindex'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

/**
 * docs/from-python.md: the cases of the Python packages' own tests, on the classes here. Read 2026-11-28 in
 * libs/pinecone/tests of langchain-ai/langchain-pinecone, langchain_tests/integration_tests/embeddings.py of
 * langchain-ai/langchain, and the tests of llama-index-postprocessor-pinecone-native-rerank in run-llama/llama_index.
 */

async function emulated() {
  const emulator = await startEmulator()
  onTestFinished(() => emulator.close())
  return { emulator, fields: { apiKey: 'offline', baseUrl: emulator.url } }
}

function environment(values: Record<string, string | undefined>) {
  for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
}

const capitals = [
  'Berlin is the capital of Germany.',
  'Paris is the capital of France.',
  'The Eiffel Tower is in Paris.',
].map((pageContent) => new Document({ pageContent, metadata: { source: pageContent.slice(0, 3) } }))
const capital = 'What is the capital of France?'

describe('cases of langchain-tests and langchain-pinecone that pass: embeddings', () => {
  it('a query is a list of numbers, as long as that of any other', async () => {
    const { fields } = await emulated()
    const embeddings = new PineconeEmbeddings({ ...fields, model: 'multilingual-e5-large' })
    const [foo, bar] = [await embeddings.embedQuery('foo'), await embeddings.embedQuery('bar')]
    expect(foo[0]).toEqual(expect.any(Number))
    expect([foo.length, bar.length, embeddings.dimension]).toEqual([1024, 1024, 1024])
  })

  it('documents are lists of numbers, one each and of one length', async () => {
    const { fields } = await emulated()
    const vectors = await new PineconeEmbeddings(fields).embedDocuments(['foo', 'bar', 'baz'])
    expect(vectors.map(({ length }) => length)).toEqual([1024, 1024, 1024])
    expect(vectors.flat().every(Number.isFinite)).toBe(true)
  })

  it('a sparse query has an index and a value per word', async () => {
    const { fields } = await emulated()
    const { indices, values } = await new PineconeSparseEmbeddings(fields).embedQuery('Hello, world!')
    expect([indices.length, values.length]).toEqual([2, 2])
  })

  it('the supported models can be listed, by kind of vector too', async () => {
    const { fields } = await emulated()
    const { client } = new PineconeEmbeddings(fields)
    const { models } = await client.listModels({ type: 'embed', vectorType: 'dense' })
    expect(models.map(({ model }) => model)).toContain('multilingual-e5-large')
    expect(models.map(({ vectorType }) => vectorType)).not.toContain('sparse')
  })
})

describe('cases of langchain-pinecone that pass: reranker', () => {
  it('it is built from the key of the environment, or with a client, which must be one', () => {
    environment({ PINECONE_API_KEY: 'from-environment' })
    const own = new PineconeRerank({ model: 'test-model' })
    expect(own.model).toBe('test-model')
    expect(own.client).toBeInstanceOf(PineconeInference)
    const client = new PineconeInference()
    expect(new PineconeRerank({ client }).client).toBe(client)
    // @ts-expect-error what JavaScript may give
    expect(() => new PineconeRerank({ client: 'not a client' })).toThrow(/client.+PineconeInference/)
  })

  it('no documents are no request', async () => {
    const { emulator, fields } = await emulated()
    expect(await new PineconeRerank(fields).rerank([], 'query')).toEqual([])
    expect(emulator.requests).toEqual([])
  })

  it('the best document comes first, with its metadata and its score; topN keeps that many', async () => {
    const { fields } = await emulated()
    const [best, ...others] = await new PineconeRerank(fields).compressDocuments(capitals, capital)
    expect(best).toMatchObject({
      pageContent: 'Paris is the capital of France.',
      metadata: { source: 'Par', relevanceScore: expect.any(Number) },
    })
    expect(others).toHaveLength(2)
    const top = await new PineconeRerank({ ...fields, topN: 1 }).compressDocuments(capitals, capital)
    expect(top.map(({ pageContent }) => pageContent)).toEqual(['Paris is the capital of France.'])
  })

  it('dicts are ranked by their rank field, and come back with the result', async () => {
    const { fields } = await emulated()
    const dicts = [
      { id: 'doc1', text: 'Article about renewable energy.', title: 'Renewable Energy' },
      { id: 'doc2', text: 'Report on economic growth.', title: 'Economic Growth' },
      { id: 'doc3', text: 'News on climate policy changes.', title: 'Climate Policy' },
    ]
    const reranker = new PineconeRerank({ ...fields, rankFields: ['text'], returnDocuments: true })
    const results = await reranker.rerank(dicts, 'Latest news on climate change.')
    expect(results).toHaveLength(3)
    expect(results[0]).toEqual({ index: 2, score: expect.any(Number), document: dicts[2] })
    for (const { score } of results) expect(score).toSatisfy((it: number) => it >= 0 && it <= 1)
  })

  it('what is too long is cut, as the parameters of the request say', async () => {
    const { emulator, fields } = await emulated()
    await new PineconeRerank({ ...fields, topN: 2 }).rerank(['one', 'two', 'three'], 'test query')
    expect(emulator.requests[0]?.body).toMatchObject({
      query: 'test query',
      rank_fields: ['text'],
      parameters: { truncate: 'END' },
      top_n: 2,
    })
  })
})

describe('cases of langchain-pinecone that differ', () => {
  it('the defaults: the batch size and truncation of the model are not repeated', async () => {
    const { fields } = await emulated()
    const embeddings = new PineconeEmbeddings(fields)
    expect(embeddings.batchSize).toBeUndefined()
    expect(embeddings.documentParameters).toEqual({ inputType: 'passage' })
    expect(embeddings.queryParameters).toEqual({ inputType: 'query' })
  })

  it('a batch size of 128 is refused: a request holds 96', () => {
    expect(() => new PineconeEmbeddings({ apiKey: 'offline', batchSize: 128 })).toThrow(/batchSize.+96/)
  })

  it('parameters of one’s own are put over the input type, and do not replace it', () => {
    const embeddings = new PineconeEmbeddings({ apiKey: 'offline', queryParameters: { custom: 'param' } })
    expect(embeddings.queryParameters).toEqual({ inputType: 'query', custom: 'param' })
  })

  it('a model that does not exist is known at the first call, and not asked for before', async () => {
    const { emulator, fields } = await emulated()
    const embeddings = new PineconeEmbeddings({ ...fields, model: 'invalid-model' })
    expect(emulator.requests).toEqual([])
    await expect(embeddings.embedQuery('foo')).rejects.toThrow(/invalid-model/)
  })

  it('a reranker has a model and no topN unless they are given', () => {
    const reranker = new PineconeRerank({ apiKey: 'offline' })
    expect([reranker.model, reranker.topN]).toEqual(['bge-reranker-v2-m3', undefined])
  })

  it('a result is known by its position: it has no id', async () => {
    const { fields } = await emulated()
    const [first] = await new PineconeRerank(fields).rerank(['just a string'], 'a string')
    expect(Object.keys(first ?? {})).toEqual(['index', 'score'])
  })

  it('a result that belongs to no document is an error', async () => {
    const foreign = {
      model: 'bge-reranker-v2-m3',
      data: [{ index: 7, score: 0.5 }],
      usage: { rerank_units: 1 },
    }
    const fetch = async () => Response.json(foreign)
    const reranker = new PineconeRerank({ apiKey: 'offline', fetch, maxRetries: 0, topN: 1 })
    await expect(reranker.compressDocuments(capitals, capital)).rejects.toMatchObject({
      name: 'PineconeResponseError',
    })
  })
})

describe('cases of llama-index-postprocessor-pinecone-native-rerank that pass', () => {
  it('a reranker without a key is refused, saying where it may come from', () => {
    environment({ PINECONE_API_KEY: undefined })
    expect(() => new LlamaIndexRerank()).toThrow(/PINECONE_API_KEY/)
  })

  it('it is a postprocessor', async () => {
    const { fields } = await emulated()
    const reranker: BaseNodePostprocessor = new LlamaIndexRerank(fields)
    expect(await reranker.postprocessNodes([], 'query')).toEqual([])
  })
})
