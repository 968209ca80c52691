import { Pinecone as Pinecone7 } from 'pinecone-sdk-7'
import { Pinecone as Pinecone8 } from 'pinecone-sdk-8'
import { Pinecone as Pinecone9 } from 'pinecone-sdk-9'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type EmulatorOptions, startEmulator } from '../dist/index.js'

async function emulator(options: EmulatorOptions) {
  const started = await startEmulator(options)
  onTestFinished(() => started.close())
  return started
}

const plants = [
  { id: 'fern', values: [1, 0], metadata: { height: 1, kinds: ['green', 'old'] } },
  { id: 'oak', values: [0.8, 0.6], metadata: { height: 30, kinds: ['tree'] } },
  { id: 'moss', values: [0, 1] },
]

// What is used here is alike in all of them, though not in TypeScript's eyes.
type Sdk = typeof Pinecone9

describe.each([
  [7, Pinecone7 as unknown as Sdk],
  [8, Pinecone8 as unknown as Sdk],
  [9, Pinecone9],
])('an index of the emulator, through the official SDK %i', (_major, Pinecone) => {
  async function openIndex() {
    const { url } = await emulator({ indexes: [{ name: 'plants', dimension: 2 }] })
    const sdk = new Pinecone({ apiKey: 'any', controllerHostUrl: url, maxRetries: 0 })
    const { host } = await sdk.describeIndex('plants')
    return { sdk, index: sdk.index({ host, namespace: 'wild' }) }
  }

  it('holds what was upserted, by namespace and id', async () => {
    const { index } = await openIndex()
    await index.upsert({ records: plants })
    await index.upsert({ records: [{ id: 'oak', values: [0.6, 0.8], metadata: { height: 31 } }] })
    const { records } = await index.fetch({ ids: ['oak', 'elm'] })
    expect(records).toMatchObject({ oak: { values: [0.6, 0.8], metadata: { height: 31 } } })
    expect(Object.keys(records)).toEqual(['oak'])
    expect((await index.listPaginated({ limit: 2 })).vectors?.map(({ id }) => id)).toEqual(['fern', 'moss'])
    expect(await index.describeIndexStats()).toMatchObject({
      namespaces: { wild: { recordCount: 3 } },
      totalRecordCount: 3,
    })
  })

  it('finds the nearest, among those that a filter lets through', async () => {
    const { index } = await openIndex()
    await index.upsert({ records: plants })
    const { matches } = await index.query({ vector: [1, 0.1], topK: 2, includeMetadata: true })
    expect(matches.map(({ id }) => id)).toEqual(['fern', 'oak'])
    const filter = { $or: [{ height: { $gt: 10 } }, { kinds: { $in: ['old'] } }], kinds: { $ne: 'green' } }
    const filtered = await index.query({ vector: [1, 0.1], topK: 2, filter })
    expect(filtered.matches.map(({ id }) => id)).toEqual(['oak'])
  })

  it('lets go of what is deleted', async () => {
    const { index } = await openIndex()
    await index.upsert({ records: plants })
    await index.deleteMany({ ids: ['fern', 'elm'] })
    await index.deleteMany({ filter: { height: { $gte: 30 } } })
    expect((await index.listPaginated()).vectors).toEqual([{ id: 'moss' }])
    await index.deleteAll()
    expect((await index.describeIndexStats()).totalRecordCount).toBe(0)
  })

  it('refuses vectors that do not fit, in the words of the service', async () => {
    const { sdk, index } = await openIndex()
    await expect(index.upsert({ records: [{ id: 'fern', values: [1, 0, 0] }] })).rejects.toThrow(
      'Vector dimension 3 does not match the dimension of the index 2',
    )
    const sparseValues = { indices: [1], values: [1] }
    await expect(index.upsert({ records: [{ id: 'fern', values: [1, 0], sparseValues }] })).rejects.toThrow(
      'does not support sparse values',
    )
    await expect(sdk.describeIndex('animals')).rejects.toThrow('404')
  })
})

it('describes itself as the API version that is asked for does', async () => {
  const { url } = await emulator({ indexes: [{ name: 'words' }] })
  const headers = { 'api-key': 'any' }
  const old = await (await fetch(`${url}/indexes/words`, { headers })).json()
  expect(old).toMatchObject({ metric: 'dotproduct', vector_type: 'sparse', host: `${url}/index/words` })
  const recent = await fetch(`${url}/indexes/words`, {
    headers: { ...headers, 'x-pinecone-api-version': '2026-07' },
  })
  expect(await recent.json()).toMatchObject({
    schema: { fields: { _sparse_values: { type: 'sparse_vector', metric: 'dotproduct' } } },
  })
})

it('has the faults of the emulator', async () => {
  const { url, faults } = await emulator({ indexes: [{ name: 'words' }] })
  faults.add({ route: '/indexes/{index_name}', times: 1, fault: { kind: 'status', status: 503 } })
  const headers = { 'api-key': 'any' }
  expect((await fetch(`${url}/indexes/words`, { headers })).status).toBe(503)
  expect((await fetch(`${url}/indexes/words`, { headers })).status).toBe(200)
})

it('refuses an index that could not be', async () => {
  await expect(startEmulator({ indexes: [{ name: 'Plants' }] })).rejects.toThrow("'name' is 'Plants'")
  await expect(startEmulator({ indexes: [{ name: 'plants', dimension: 0 }] })).rejects.toThrow("'dimension'")
  await expect(startEmulator({ indexes: [{ name: 'plants', metric: 'cosine' }] })).rejects.toThrow("'metric'")
})
