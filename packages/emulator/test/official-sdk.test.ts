import { PineconeEmbeddings } from '@langchain/pinecone'
import { Pinecone as Pinecone7 } from 'pinecone-sdk-7'
import { Pinecone as Pinecone8 } from 'pinecone-sdk-8'
import { Pinecone as Pinecone9 } from 'pinecone-sdk-9'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Emulator, startEmulator } from '../dist/index.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({ apiKey: 'sdk-key' })
})
afterEach(() => {
  emulator.requests.length = 0
  emulator.faults.clear()
})
afterAll(() => emulator.close())

const documents = ['Berlin is in Germany', 'Paris is the capital of France']
const client = { apiKey: 'sdk-key', sourceTag: 'emulator_test' }

/** The SDK declares every parameter a string, and sends numbers and booleans as they are. */
const untyped = (parameters: object) => parameters as Record<string, string>

describe.each([
  [7, Pinecone7],
  [8, Pinecone8],
  [9, Pinecone9],
])('the official SDK %i, pointed at the emulator', (_major, Pinecone) => {
  const sdk = () => new Pinecone({ ...client, controllerHostUrl: emulator.url }).inference

  it('embeds dense and sparse', async () => {
    const dense = await sdk().embed({
      model: 'llama-text-embed-v2',
      inputs: documents,
      parameters: untyped({ inputType: 'passage', truncate: 'END', dimension: 384 }),
    })
    expect(dense).toMatchObject({ model: 'llama-text-embed-v2', vectorType: 'dense' })
    expect(dense.data.map((embedding) => 'values' in embedding && embedding.values.length)).toEqual([
      384, 384,
    ])
    expect(dense.usage.totalTokens).toBeGreaterThan(0)

    const sparse = await sdk().embed({
      model: 'pinecone-sparse-english-v0',
      inputs: documents,
      parameters: untyped({ inputType: 'query', return_tokens: true }),
    })
    expect(sparse.vectorType).toBe('sparse')
    expect(sparse.data[0]).toMatchObject({ vectorType: 'sparse' })
    expect(JSON.stringify(sparse.data[0])).toContain('germani')
  })

  it('reranks', async () => {
    const ranking = await sdk().rerank({
      model: 'bge-reranker-v2-m3',
      query: 'capital of France',
      documents,
      topN: 1,
    })
    expect(ranking.data).toMatchObject([{ index: 1, document: { text: documents[1] } }])
    expect(ranking.usage.rerankUnits).toBe(1)
  })

  it('lists and describes models', async () => {
    const { models } = await sdk().listModels({ type: 'embed', vectorType: 'sparse' })
    expect(models?.map(({ model }) => model)).toEqual([
      'pinecone-sparse-english-v0',
      'pinecone-sparse-multilingual-v0',
    ])
    expect((await sdk().getModel('multilingual-e5-large')).supportedDimensions).toEqual([1024])
  })

  it('gets the errors that it has classes for', async () => {
    const wrongKey = new Pinecone({ apiKey: 'other', controllerHostUrl: emulator.url }).inference
    await expect(wrongKey.listModels()).rejects.toMatchObject({ name: 'PineconeAuthorizationError' })
    await expect(sdk().getModel('nope')).rejects.toMatchObject({ name: 'PineconeNotFoundError' })
    await expect(
      sdk().embed({ model: 'multilingual-e5-large', inputs: documents, parameters: {} }),
    ).rejects.toMatchObject({
      name: 'PineconeBadRequestError',
      message: expect.stringContaining('input_type'),
    })
  })

  it('retries a fault of the server', async () => {
    emulator.faults.add({ times: 1, fault: { kind: 'status', status: 503 } })
    const { data } = await sdk().embed({
      model: 'multilingual-e5-large',
      inputs: ['x'],
      parameters: { inputType: 'query' },
    })
    expect(data).toHaveLength(1)
    expect(emulator.requests.map(({ status }) => status)).toEqual([503, 200])
  })

  it('shows in the record who asked', async () => {
    await sdk().listModels()
    expect(emulator.requests[0]?.headers['user-agent']).toContain('source_tag=emulator_test')
  })
})

describe('@langchain/pinecone, pointed at the emulator', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('embeds documents and queries', async () => {
    vi.stubEnv('PINECONE_API_KEY', 'sdk-key')
    const embeddings = new PineconeEmbeddings({
      apiKey: 'sdk-key',
      controllerHostUrl: emulator.url,
      model: 'multilingual-e5-large',
    })
    const vectors = await embeddings.embedDocuments(documents)
    const query = await embeddings.embedQuery('the French capital')
    const similarity = vectors.map((vector) =>
      vector.reduce((sum, value, i) => sum + value * (query[i] ?? 0), 0),
    )
    expect(similarity[1]).toBeGreaterThan(similarity[0] ?? 1)
    expect(emulator.requests.map(({ body }) => body)).toMatchObject([
      { parameters: { input_type: 'passage' } },
      { parameters: { input_type: 'query' } },
    ])
  })
})
