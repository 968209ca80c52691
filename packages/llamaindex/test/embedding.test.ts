import { inspect } from 'node:util'
import {
  PineconeConfigurationError,
  PineconeInference,
  PineconeInferenceError,
  PineconeResponseError,
} from '@pinecone-inference/client'
import {
  Document,
  IngestionCache,
  IngestionPipeline,
  MetadataMode,
  SentenceSplitter,
  SimpleDocumentStore,
  SimpleVectorStore,
  type TransformComponent,
} from 'llamaindex'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { PineconeEmbedding } from '../dist/index.js'
import { embedded, emulated } from './emulator.js'

const texts = (count: number) => Array.from({ length: count }, (_, i) => `passage number ${i} of many`)

describe('PineconeEmbedding', () => {
  it('embeds 1,000 texts in order, split at the model’s limit, and leaves the list as it was', async () => {
    const { emulator, fields } = await emulated()
    const embedding = new PineconeEmbedding({ ...fields, model: 'llama-text-embed-v2', dimension: 384 })
    const given = texts(1000)
    const progress: [number, number][] = []
    const vectors = await embedding.getTextEmbeddingsBatch(given, {
      progressCallback: (current, total) => progress.push([current, total]),
    })
    expect(given).toEqual(texts(1000))
    expect(vectors).toHaveLength(1000)
    expect(embedded(emulator)).toHaveLength(11)
    expect(progress).toHaveLength(11)
    expect(progress.at(-1)).toEqual([1000, 1000])
    for (const i of [0, 95, 96, 500, 999]) {
      expect(vectors[i]).toEqual(await embedding.getTextEmbedding(`passage number ${i} of many`))
    }
  })

  it('sends texts as passages and queries as queries, interleaved and at the same time', async () => {
    const { emulator, fields } = await emulated()
    const embedding = new PineconeEmbedding(fields)
    const query = (text: string) => embedding.getQueryEmbedding({ type: 'text', text })
    await query('q1')
    await embedding.getTextEmbedding('d1')
    await Promise.all([
      embedding.getTextEmbeddingsBatch(['d2', 'd3']),
      query('q2'),
      embedding.getTextEmbedding('d4'),
    ])
    const { getTextEmbeddings } = embedding
    expect(await getTextEmbeddings(['d5'])).toHaveLength(1)
    for (const request of embedded(emulator)) {
      expect(request.parameters).toEqual({
        input_type: request.texts[0]?.startsWith('q') ? 'query' : 'passage',
      })
    }
    expect(emulator.requests).toHaveLength(6)
  })

  it('gives no vector for a query without text, as the base does, and sends nothing', async () => {
    const { emulator, fields } = await emulated()
    const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } } as const
    expect(await new PineconeEmbedding(fields).getQueryEmbedding(image)).toBeNull()
    expect(emulator.requests).toHaveLength(0)
  })

  it('honours batchSize and an embedBatchSize that is set later', async () => {
    const { emulator, fields } = await emulated()
    const embedding = new PineconeEmbedding({ ...fields, batchSize: 3 })
    await embedding.getTextEmbeddingsBatch(texts(7))
    embedding.embedBatchSize = 5
    await embedding.getTextEmbeddingsBatch(texts(7))
    embedding.embedBatchSize = 96
    await embedding.getTextEmbeddingsBatch(texts(7))
    expect(embedded(emulator).map((request) => request.texts.length)).toEqual([3, 3, 1, 5, 2, 7])
  })

  it('has an id that says what decides its vectors, the same in every process', () => {
    const id = (fields: object) => new PineconeEmbedding({ apiKey: 'offline', ...fields }).id
    expect(id({})).toBe(id({}))
    expect(id({ documentParameters: { a: 1, b: 2 } })).toBe(id({ documentParameters: { b: 2, a: 1 } }))
    const model = 'llama-text-embed-v2'
    expect(
      new Set([id({}), id({ model }), id({ model, dimension: 384 }), id({ truncate: 'NONE' })]).size,
    ).toBe(4)
  })

  it('refuses to be built without a key', () => {
    vi.stubEnv('PINECONE_API_KEY', '')
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(() => new PineconeEmbedding()).toThrow(PineconeConfigurationError)
  })

  it.each([
    ['a sparse model', { model: 'pinecone-sparse-english-v0' }, 'model'],
    ['a dimension the model lacks', { model: 'llama-text-embed-v2', dimension: 300 }, 'parameters.dimension'],
  ])('refuses %s when it is built', (_, wrong, argument) => {
    expect(() => new PineconeEmbedding({ apiKey: 'offline', ...wrong })).toThrow(
      expect.objectContaining({ argument }),
    )
  })

  it('refuses an empty text before it sends anything', async () => {
    const { emulator, fields } = await emulated()
    await expect(new PineconeEmbedding(fields).getTextEmbeddingsBatch(['a', ''])).rejects.toMatchObject({
      argument: 'inputs[1]',
    })
    expect(emulator.requests).toHaveLength(0)
  })

  it('says which texts failed', async () => {
    const { emulator, fields } = await emulated()
    emulator.faults.add({ call: 2, fault: { kind: 'status', status: 400 } })
    const error = await new PineconeEmbedding({ ...fields, maxConcurrency: 1 })
      .getTextEmbeddingsBatch(texts(300))
      .catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(PineconeInferenceError)
    expect(error).toMatchObject({ inputRange: [96, 192] })
  })

  it('can be aborted', async () => {
    const { emulator, fields } = await emulated()
    emulator.faults.add({ fault: { kind: 'stall', at: 'headers' } })
    const abort = new AbortController()
    const call = new PineconeEmbedding(fields).getTextEmbeddingsBatch(['a'], { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })

  it('throws where a client has no vector for the text or the query', async () => {
    const client = new PineconeInference({ apiKey: 'offline' })
    vi.spyOn(client, 'embedAll').mockResolvedValue({
      model: 'multilingual-e5-large',
      vectorType: 'dense',
      data: [],
      usage: { totalTokens: 0 },
    })
    const embedding = new PineconeEmbedding({ client })
    await expect(embedding.getTextEmbedding('a')).rejects.toBeInstanceOf(PineconeResponseError)
    await expect(embedding.getQueryEmbedding('a')).rejects.toBeInstanceOf(PineconeResponseError)
  })

  it('does not show the key', () => {
    const embedding = new PineconeEmbedding({ apiKey: 'pcsk_very-secret' })
    expect(inspect(embedding, { depth: 20, showHidden: true }) + JSON.stringify({ embedding })).not.toContain(
      'very-secret',
    )
  })
})

describe('PineconeEmbedding in an IngestionPipeline', () => {
  const runs = async (
    transformations: (fields: { apiKey: string; baseUrl: string }) => TransformComponent[],
  ) => {
    const { emulator, fields } = await emulated()
    const cache = new IngestionCache()
    const run = () =>
      new IngestionPipeline({ transformations: transformations(fields) }).run({
        cache,
        documents: texts(200).map((text, i) => new Document({ id_: `d${i}`, text })),
      })
    const first = await run()
    const asked = emulator.requests.length
    const second = await run()
    return { first, second, asked, askedAgain: emulator.requests.length - asked }
  }

  it('embeds every node, and on the second run asks for nothing, though another instance runs', async () => {
    const { first, second, asked, askedAgain } = await runs((fields) => [
      new SentenceSplitter({ chunkSize: 64, chunkOverlap: 0 }),
      new PineconeEmbedding(fields),
    ])
    expect(first).toHaveLength(200)
    for (const node of first) expect(node.embedding).toHaveLength(1024)
    expect(asked).toBe(3)
    expect(askedAgain).toBe(0)
    // The framework's cache gives text nodes back without their vectors (jsonToDoc in its doc-store).
    expect(second.map((node) => node.getContent(MetadataMode.NONE))).toEqual(texts(200))
  })

  it('finds the vectors of whole documents in the cache', async () => {
    const { first, second, askedAgain } = await runs((fields) => [new PineconeEmbedding(fields)])
    expect(askedAgain).toBe(0)
    expect(second.map(({ embedding }) => embedding)).toEqual(first.map(({ embedding }) => embedding))
  })

  it('is aborted by the signal among the options of run', async () => {
    const { emulator, fields } = await emulated()
    emulator.faults.add({ fault: { kind: 'stall', at: 'headers' } })
    const client = new PineconeInference(fields)
    const pipeline = new IngestionPipeline({ transformations: [new PineconeEmbedding({ client })] })
    const documents = [new Document({ text: 'a' })]
    const run = pipeline.run({ documents }, { signal: AbortSignal.timeout(50) })
    await expect(run).rejects.toThrow(/timeout/)
    await client.close() // waits for what is under way: nothing
  })

  it.each([
    ['none with one parser', 1, 1],
    ['one with two parsers in a row, as the framework then looks for another node', 2, 2],
  ])('leaves of a changed document’s old vectors: %s', async (_, parsers, stored) => {
    const { fields } = await emulated()
    const embedding = new PineconeEmbedding(fields)
    const vectorStore = new SimpleVectorStore({ embeddingModel: embedding })
    const pipeline = new IngestionPipeline({
      transformations: [...Array.from({ length: parsers }, () => new SentenceSplitter()), embedding],
      docStore: new SimpleDocumentStore(),
      vectorStore,
      disableCache: true,
    })
    await pipeline.run({ documents: [new Document({ id_: 'd', text: 'before' })] })
    await pipeline.run({ documents: [new Document({ id_: 'd', text: 'after' })] })
    expect(Object.keys(vectorStore.toDict().embeddingDict)).toHaveLength(stored)
  })
})
