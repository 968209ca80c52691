import { inspect } from 'node:util'
import {
  PineconeConfigurationError,
  PineconeInference,
  PineconeInferenceError,
  PineconeResponseError,
} from '@pinecone-inference/client'
import {
  Document,
  ImageNode,
  IngestionCache,
  IngestionPipeline,
  NodeRelationship,
  SentenceSplitter,
  Settings,
  SimpleDocumentStore,
  SimpleVectorStore,
  TextNode,
  VectorStoreIndex,
} from 'llamaindex'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { embedded, emulated } from '../../../test/adapters/emulated.js'
import { PineconeEmbedding, PineconeRerank } from '../dist/index.js'

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

  it('gives no vector for a query without text, as the base class does, and sends nothing', async () => {
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

  it('takes LlamaIndex’s own name for batchSize, and refuses two that differ', () => {
    expect(new PineconeEmbedding({ apiKey: 'offline', embedBatchSize: 5 }).batchSize).toBe(5)
    expect(new PineconeEmbedding({ apiKey: 'offline', embedBatchSize: 5 }).embedBatchSize).toBe(5)
    expect(() => new PineconeEmbedding({ apiKey: 'offline', embedBatchSize: 5, batchSize: 6 })).toThrow(
      expect.objectContaining({ argument: 'embedBatchSize' }),
    )
  })

  it('rejects with what a progressCallback throws', async () => {
    const { emulator, fields } = await emulated()
    const embedding = new PineconeEmbedding({ ...fields, batchSize: 1, maxConcurrency: 1 })
    const stopped = embedding.getTextEmbeddingsBatch(texts(50), {
      progressCallback: (done) => {
        if (done === 2) throw new Error('enough')
      },
    })
    await expect(stopped).rejects.toThrow('enough')
    expect(emulator.requests.length).toBeLessThan(5)
    const last = embedding.getTextEmbeddingsBatch(['a'], {
      progressCallback: () => {
        throw new Error('at the end')
      },
    })
    await expect(last).rejects.toThrow('at the end')
  })

  it('uses a getTextEmbeddings that is spied on, or overridden in a subclass', async () => {
    const { fields } = await emulated()
    const spied = new PineconeEmbedding({ ...fields, embedBatchSize: 2 })
    const spy = vi.spyOn(spied, 'getTextEmbeddings')
    expect(await spied.getTextEmbeddingsBatch(texts(3))).toHaveLength(3)
    expect(spy).toHaveBeenCalledTimes(2)

    class Constant extends PineconeEmbedding {
      override getTextEmbeddings = async (all: string[]) => all.map(() => [1, 2])
    }
    const nodes = texts(3).map((text) => new TextNode({ text }))
    await new Constant(fields)(nodes)
    expect(nodes.map(({ embedding }) => embedding)).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ])
  })

  it('embeds many queries at once, as queries', async () => {
    const { emulator, fields } = await emulated()
    const embedding = new PineconeEmbedding(fields)
    const vectors = await embedding.getQueryEmbeddings(['q1', 'q2'])
    expect(vectors[1]).toEqual(await embedding.getQueryEmbedding('q2'))
    expect(embedded(emulator)[0]).toEqual({ texts: ['q1', 'q2'], parameters: { input_type: 'query' } })
  })

  it.each([
    [{}, { dimensions: 1024, maxTokens: 507 }],
    [{ model: 'llama-text-embed-v2' }, { dimensions: 1024, maxTokens: 2048 }],
    [
      { model: 'llama-text-embed-v2', dimension: 384 },
      { dimensions: 384, maxTokens: 2048 },
    ],
  ])('knows the size of its vectors and texts: %j', (fields, info) => {
    expect(new PineconeEmbedding({ apiKey: 'offline', ...fields }).embedInfo).toEqual(info)
  })

  it('has options that can be read back, and refuses those it does not know', async () => {
    const embedding = new PineconeEmbedding({ apiKey: 'offline', truncate: 'NONE', batchSize: 7 })
    const { model, dimension, truncate, batchSize, documentParameters, queryParameters } = embedding
    expect({ model, dimension, truncate, batchSize, documentParameters, queryParameters }).toEqual({
      model: 'multilingual-e5-large',
      dimension: 1024,
      truncate: 'NONE',
      batchSize: 7,
      documentParameters: { inputType: 'passage', truncate: 'NONE' },
      queryParameters: { inputType: 'query', truncate: 'NONE' },
    })
    const reranker = new PineconeRerank({ apiKey: 'offline', topN: 3 })
    expect(reranker).toMatchObject({ model: 'bge-reranker-v2-m3', topN: 3, rankFields: ['text'] })
    for (const one of [embedding, reranker]) {
      expect(() => Object.assign(one, { model: 'another' })).toThrow(TypeError)
    }
    const misspelt = { documentParameters: { input_type: 'query' } }
    expect(() => new PineconeEmbedding({ apiKey: 'offline', ...misspelt })).toThrow(
      'documentParameters.input_type is not a parameter; did you mean inputType?',
    )
    expect(() => new PineconeEmbedding({ apiKey: 'offline', ...{ modelName: 'm' } })).toThrow(
      'modelName is not an option of PineconeEmbedding; did you mean model?',
    )
    expect(() => new PineconeRerank({ apiKey: 'offline', ...{ top_n: 3 } })).toThrow('did you mean topN?')
    const unknown: object = { abortSignal: new AbortController().signal }
    await expect(embedding.getTextEmbeddingsBatch(['a'], unknown)).rejects.toThrow('did you mean signal?')
    await expect(embedding.getTextEmbedding('a', unknown)).rejects.toThrow('did you mean signal?')
  })

  it('refuses an empty query by name', async () => {
    const { fields } = await emulated()
    await expect(new PineconeEmbedding(fields).getTextEmbedding('')).rejects.toMatchObject({
      argument: 'text',
    })
  })

  it('ends a call after its timeout, and closes its own client', async () => {
    const { emulator, fields } = await emulated()
    emulator.faults.add({ call: 1, fault: { kind: 'stall', at: 'headers' } })
    const embedding = new PineconeEmbedding(fields)
    await expect(embedding.getTextEmbedding('a', { timeout: 20 })).rejects.toMatchObject({ timeout: 20 })
    await embedding.close()
    await expect(embedding.getTextEmbedding('a')).rejects.toThrow('is closed')
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
  it('stores every vector on each run, whatever is in the cache', async () => {
    const { fields } = await emulated()
    const cache = new IngestionCache()
    const run = async (embedding: PineconeEmbedding) => {
      const vectorStore = new SimpleVectorStore({ embeddingModel: embedding })
      await new IngestionPipeline({
        transformations: [new SentenceSplitter({ chunkSize: 64, chunkOverlap: 0 }), embedding],
        vectorStore,
      }).run({ cache, documents: texts(20).map((text, i) => new Document({ id_: `d${i}`, text })) })
      return Object.keys(vectorStore.toDict().embeddingDict).length
    }
    const embedding = new PineconeEmbedding(fields)
    expect([await run(embedding), await run(embedding), await run(new PineconeEmbedding(fields))]).toEqual([
      20, 20, 20,
    ])
  })

  it('leaves out a node without text, and says which; with blankAs it has a vector', async () => {
    const { emulator, fields } = await emulated()
    const nodes = () => [
      new TextNode({ id_: 'full', text: 'a' }),
      new TextNode({
        id_: 'empty',
        text: ' ',
        relationships: { [NodeRelationship.SOURCE]: { nodeId: 'page 7', metadata: {} } },
      }),
      new ImageNode({ id_: 'image', image: 'https://example.com/a.png' }),
      new TextNode({ id_: 'last', text: 'b' }),
    ]
    const warn = vi.fn()
    const logger = { log: vi.fn(), error: vi.fn(), warn }
    const run = (embedding: PineconeEmbedding) =>
      new IngestionPipeline({ transformations: [embedding], disableCache: true }).run(
        { nodes: nodes() },
        { logger },
      )
    const stored = await run(new PineconeEmbedding(fields))
    expect(stored.map(({ embedding }) => embedding?.length)).toEqual([1024, undefined, undefined, 1024])
    expect(embedded(emulator)[0]?.texts).toEqual(['a', 'b'])
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/^no vector for node "empty" of document "page 7", node "image": no text/),
    )
    const all = await run(new PineconeEmbedding({ ...fields, blankAs: '(blank)' }))
    expect(all.map(({ embedding }) => embedding?.length)).toEqual([1024, 1024, 1024, 1024])
    expect(warn).toHaveBeenCalledTimes(1)
  })

  it('an index, which stores every node by its vector, is told which node has no text', async () => {
    const { emulator, fields } = await emulated()
    const nodes = [new TextNode({ id_: 'full', text: 'a' }), new TextNode({ id_: 'empty', text: '' })]
    const index = Settings.withEmbedModel(new PineconeEmbedding(fields), () =>
      VectorStoreIndex.init({ nodes }),
    )
    await expect(index).rejects.toMatchObject({
      message: expect.stringMatching(/^node "empty" cannot be stored in an index without text/),
      verdict: 'input',
      inputRange: [1, 2],
    })
    expect(emulator.requests).toEqual([])
  })

  it('names the node that the service refuses', async () => {
    const { emulator, fields } = await emulated()
    emulator.faults.add({ call: 2, fault: { kind: 'status', status: 400 } })
    const embedding = new PineconeEmbedding({ ...fields, batchSize: 1, maxConcurrency: 1 })
    const nodes = ['', 'a', 'b', 'c'].map((text, i) => new TextNode({ id_: `n${i}`, text }))
    const options = { logger: { log: vi.fn(), error: vi.fn(), warn: vi.fn() } }
    await expect(embedding(nodes, options)).rejects.toMatchObject({ inputRange: [2, 3] })
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
