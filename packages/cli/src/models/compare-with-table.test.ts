import type { ModelInfo } from '@pinecone-inference/client'
import { PineconeInference } from '@pinecone-inference/client'
import { startEmulator } from '@pinecone-inference/emulator'
import { beforeAll, expect, it } from 'vitest'
import { differencesFromTable } from './compare-with-table.js'

let models: ModelInfo[]
beforeAll(async () => {
  await using emulator = await startEmulator()
  await using pinecone = new PineconeInference({ apiKey: 'any', baseUrl: emulator.url })
  models = (await pinecone.listModels()).models
})

const changed = (model: string, change: Partial<ModelInfo>) =>
  models.map((info) => (info.model === model ? { ...info, ...change } : info))

it('finds nothing where the service says what the table says', () => {
  expect(differencesFromTable(models)).toEqual([])
})

it('does not compare descriptions and providers, nor the order of values', () => {
  const told = changed('llama-text-embed-v2', {
    shortDescription: 'other words',
    providerName: 'NVIDIA',
    supportedDimensions: [2048, 1024, 768, 512, 384],
  })
  expect(differencesFromTable(told)).toEqual([])
})

it.each<[string, () => readonly ModelInfo[], string]>([
  [
    'a limit',
    () => changed('bge-reranker-v2-m3', { maxBatchSize: 200 }),
    'bge-reranker-v2-m3: inputs per request: 100 in the table, 200 says the service',
  ],
  [
    'a parameter',
    () => changed('pinecone-rerank-v0', { supportedParameters: [] }),
    'pinecone-rerank-v0: parameter truncate: optional, one of END NONE, default END in the table, nothing says the service',
  ],
  [
    'a model that is gone',
    () => models.filter(({ model }) => model !== 'cohere-rerank-3.5'),
    'cohere-rerank-3.5: the service does not list it',
  ],
  [
    'a model that is new',
    () => [...models, { model: 'new-one', shortDescription: '', type: 'embed', supportedParameters: [] }],
    'new-one: the table does not have it',
  ],
])('finds %s', (_what, told, line) => {
  expect(differencesFromTable(told())).toEqual([line])
})
