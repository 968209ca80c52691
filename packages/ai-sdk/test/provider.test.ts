import { PineconeInference } from '@pinecone-inference/client'
import { startEmulator } from '@pinecone-inference/emulator'
import { expect, it, onTestFinished } from 'vitest'
import { createPinecone, pinecone } from '../dist/index.js'
import { emulated } from './emulated.js'
import { eachSdk } from './frameworks.js'

eachSdk('a provider', ({ createProviderRegistry, customProvider, embed, rerank }) => {
  it('serves a registry', async () => {
    const { pinecone } = await emulated()
    const registry = createProviderRegistry({ pinecone })
    const { embedding } = await embed({
      model: registry.embeddingModel('pinecone:multilingual-e5-large'),
      value: 'q',
      providerOptions: { pinecone: { inputType: 'query' } },
    })
    expect(embedding).toHaveLength(1024)
    const model = registry.rerankingModel('pinecone:bge-reranker-v2-m3')
    expect((await rerank({ model, query: 'a', documents: ['a', 'b'] })).ranking).toHaveLength(2)
  })

  it('serves a custom provider, under names of your own', async () => {
    const { emulator, pinecone } = await emulated()
    const own = customProvider({
      embeddingModels: { passages: pinecone.embedding('multilingual-e5-large', { inputType: 'passage' }) },
      fallbackProvider: pinecone,
    })
    await embed({ model: own.embeddingModel('passages'), value: 'd' })
    const providerOptions = { pinecone: { inputType: 'query' } }
    await embed({ model: own.embeddingModel('llama-text-embed-v2'), value: 'q', providerOptions })
    expect(emulator.requests.map(({ body }) => (body as { model: string }).model)).toEqual([
      'multilingual-e5-large',
      'llama-text-embed-v2',
    ])
  })
})

it.each([
  [() => pinecone.languageModel('gpt'), 'languageModel'],
  [() => pinecone.imageModel('dall-e'), 'imageModel'],
  [() => pinecone.embedding('pinecone-sparse-english-v0'), 'embeddingModel'],
  [() => pinecone.embedding('bge-reranker-v2-m3'), 'embeddingModel'],
  [() => pinecone.reranking('multilingual-e5-large'), 'rerankingModel'],
])('%s is no such model', (make, modelType) => {
  expect(make).toThrow(expect.objectContaining({ name: 'AI_NoSuchModelError', modelType }))
})

it('a sparse model is refused by name, with where it works', async () => {
  expect(() => pinecone.embedding('pinecone-sparse-english-v0')).toThrow(
    /^pinecone-sparse-english-v0 makes sparse vectors.+pinecone\.client\.embedAll.+multilingual-e5-large/,
  )
  const { pinecone: emulatedPinecone } = await emulated()
  const { data } = await emulatedPinecone.client.embedAll({
    model: 'pinecone-sparse-english-v0',
    inputs: ['q'],
    parameters: { inputType: 'query' },
  })
  expect(data[0]?.sparseIndices.length).toBeGreaterThan(0)
})

it.each([
  pinecone.embedding('multilingual-e5-large', { inputType: 'query' }),
  pinecone.reranking('bge-reranker-v2-m3'),
])('a model keeps its name: $modelId', (model) => {
  expect(() => Object.assign(model, { modelId: 'another' })).toThrow(TypeError)
})

it('has the older names of its methods', () => {
  const { embedding, embeddingModel, textEmbedding, textEmbeddingModel, reranking, rerankingModel } = pinecone
  for (const make of [embedding, embeddingModel, textEmbedding, textEmbeddingModel]) {
    expect(make('llama-text-embed-v2')).toMatchObject({
      specificationVersion: 'v3',
      provider: 'pinecone.embedding',
      modelId: 'llama-text-embed-v2',
      supportsParallelCalls: true,
    })
  }
  for (const make of [reranking, rerankingModel]) {
    expect(make('bge-reranker-v2-m3')).toMatchObject({
      specificationVersion: 'v3',
      provider: 'pinecone.reranking',
    })
  }
})

it('closes the client that it made, but not one that was passed', async () => {
  const emulator = await startEmulator()
  onTestFinished(() => emulator.close())
  const options = { apiKey: 'offline', baseUrl: emulator.url }
  const own = createPinecone(options)
  await own.client.listModels()
  await own.close()
  await expect(own.client.listModels()).rejects.toThrow('client is closed')

  await using client = new PineconeInference(options)
  {
    await using shared = createPinecone({ client })
    expect(shared.client).toBe(client)
  }
  expect((await client.listModels()).models).not.toEqual([])
})
