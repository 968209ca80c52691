import { inspect } from 'node:util'
import { CacheBackedEmbeddings } from '@langchain/classic/embeddings/cache_backed'
import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory'
import { Document } from '@langchain/core/documents'
import { InMemoryStore } from '@langchain/core/stores'
import {
  PineconeConfigurationError,
  PineconeInference,
  PineconeInferenceError,
  PineconeResponseError,
} from '@pinecone-inference/client'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { embedded, emulated } from '../../../test/adapters/emulated.js'
import { PineconeEmbeddings, PineconeSparseEmbeddings } from '../dist/index.js'

const texts = (count: number) => Array.from({ length: count }, (_, i) => `passage number ${i} of many`)

describe('PineconeEmbeddings', () => {
  it('embeds 1,000 documents in order, split at the model’s limit', async () => {
    const { emulator, fields } = await emulated()
    const embeddings = new PineconeEmbeddings({ ...fields, model: 'llama-text-embed-v2', dimension: 384 })
    const vectors = await embeddings.embedDocuments(texts(1000))
    expect(vectors).toHaveLength(1000)
    expect(embedded(emulator).map((request) => request.texts.length)).toEqual(
      expect.arrayContaining([96, 40]),
    )

    const oneByOne = new PineconeEmbeddings({ ...fields, model: 'llama-text-embed-v2', dimension: 384 })
    for (const i of [0, 95, 96, 500, 999]) {
      expect(vectors[i]).toEqual((await oneByOne.embedDocuments([`passage number ${i} of many`]))[0])
    }
  })

  it('embeds the texts it was given, whatever becomes of their array meanwhile', async () => {
    const { fields } = await emulated()
    const given = texts(200)
    const embedding = new PineconeEmbeddings(fields).embedDocuments(given)
    given.length = 0
    expect(await embedding).toHaveLength(200)
    const sparse = texts(200)
    const embeddingSparse = new PineconeSparseEmbeddings(fields).embedDocuments(sparse)
    sparse.length = 0
    expect(await embeddingSparse).toHaveLength(200)
  })

  it('sends documents as passages and queries as queries, interleaved and at the same time', async () => {
    const { emulator, fields } = await emulated()
    const embeddings = new PineconeEmbeddings(fields)
    await embeddings.embedQuery('q1')
    await embeddings.embedDocuments(['d1'])
    await Promise.all([
      embeddings.embedDocuments(['d2', 'd3']),
      embeddings.embedQuery('q2'),
      embeddings.embedDocuments(['d4']),
      embeddings.embedQuery('q3'),
    ])
    for (const { texts, parameters } of embedded(emulator)) {
      expect(parameters).toEqual({ input_type: texts[0]?.startsWith('q') ? 'query' : 'passage' })
    }
    expect(emulator.requests).toHaveLength(6)
  })

  it('sends each kind its own parameters, and a caller’s input type wins', async () => {
    const { emulator, fields } = await emulated()
    const embeddings = new PineconeEmbeddings({
      ...fields,
      model: 'llama-text-embed-v2',
      dimension: 512,
      truncate: 'NONE',
      documentParameters: { inputType: 'query' },
      queryParameters: { truncate: 'START' },
    })
    await embeddings.embedDocuments(['d'])
    await embeddings.embedQuery('q')
    expect(embedded(emulator).map(({ parameters }) => parameters)).toEqual([
      { input_type: 'query', truncate: 'NONE', dimension: 512 },
      { input_type: 'query', truncate: 'START', dimension: 512 },
    ])
  })

  it('treats an undefined option or parameter as not given', async () => {
    const { emulator, fields } = await emulated()
    const embeddings = new PineconeEmbeddings({
      ...fields,
      client: undefined,
      model: undefined,
      dimension: undefined,
      truncate: 'NONE',
      batchSize: undefined,
      documentParameters: { inputType: undefined, truncate: undefined },
      queryParameters: undefined,
    })
    await embeddings.embedDocuments(['d'], { signal: undefined })
    expect(embedded(emulator).map(({ parameters }) => parameters)).toEqual([
      { input_type: 'passage', truncate: 'NONE' },
    ])
  })

  it('returns nothing for no documents', async () => {
    const { emulator, fields } = await emulated()
    expect(await new PineconeEmbeddings(fields).embedDocuments([])).toEqual([])
    expect(emulator.requests).toHaveLength(0)
  })

  it('honours batchSize', async () => {
    const { emulator, fields } = await emulated()
    await new PineconeEmbeddings({ ...fields, batchSize: 3 }).embedDocuments(texts(7))
    expect(embedded(emulator).map((request) => request.texts.length)).toEqual([3, 3, 1])
  })

  it('shares a client with other adapters', async () => {
    const { emulator, fields } = await emulated()
    const client = new PineconeInference(fields)
    await new PineconeEmbeddings({ client }).embedQuery('a')
    await new PineconeSparseEmbeddings({ client }).embedQuery('a')
    expect(emulator.requests).toHaveLength(2)
  })

  it('needs no key in the environment when one is given, and says so when there is none', async () => {
    vi.stubEnv('PINECONE_API_KEY', '')
    onTestFinished(() => void vi.unstubAllEnvs())
    const { fields } = await emulated()
    expect((await new PineconeEmbeddings(fields).embedQuery('a')).length).toBe(1024)
    expect(() => new PineconeEmbeddings()).toThrow(PineconeConfigurationError)
  })

  it.each([
    ['a sparse model', { model: 'pinecone-sparse-english-v0' }, 'model'],
    ['a rerank model', { model: 'bge-reranker-v2-m3' }, 'model'],
    ['a dimension the model lacks', { model: 'llama-text-embed-v2', dimension: 300 }, 'parameters.dimension'],
    ['an unknown truncate', { truncate: 'MIDDLE' }, 'parameters.truncate'],
    ['no texts in a request', { batchSize: 0 }, 'batchSize'],
    ['more texts in a request than the model takes', { batchSize: 97 }, 'batchSize'],
  ])('refuses %s when it is built', async (_, wrong, argument) => {
    const { fields } = await emulated()
    expect(() => new PineconeEmbeddings({ ...fields, ...wrong })).toThrow(
      expect.objectContaining({ name: 'PineconeConfigurationError', argument }),
    )
  })

  it('refuses an empty text before it sends anything', async () => {
    const { emulator, fields } = await emulated()
    await expect(new PineconeEmbeddings(fields).embedDocuments(['a', ''])).rejects.toMatchObject({
      argument: 'inputs[1]',
    })
    expect(emulator.requests).toHaveLength(0)
  })

  it('refuses sparse vectors from a model it did not know, and a client’s answer without a vector', async () => {
    const { fields } = await emulated()
    const renamed: typeof fetch = (url, init) =>
      fetch(url, { ...init, body: String(init?.body).replace('"my-model"', '"pinecone-sparse-english-v0"') })
    const embeddings = new PineconeEmbeddings({ ...fields, model: 'my-model', fetch: renamed })
    await expect(embeddings.embedQuery('a')).rejects.toMatchObject({
      argument: 'model',
      message: expect.stringContaining('"my-model" makes sparse vectors, not dense ones'),
    })

    const client = new PineconeInference(fields)
    onTestFinished(() => client.close())
    vi.spyOn(client, 'embedAll').mockResolvedValue({
      model: 'multilingual-e5-large',
      vectorType: 'dense',
      data: [],
      usage: { totalTokens: 0 },
    })
    await expect(new PineconeEmbeddings({ client }).embedQuery('a')).rejects.toBeInstanceOf(
      PineconeResponseError,
    )
  })

  it('hands over what was finished when a batch fails', async () => {
    const { emulator, fields } = await emulated()
    emulator.faults.add({ call: 3, fault: { kind: 'status', status: 400 } })
    const error = await new PineconeEmbeddings({ ...fields, maxConcurrency: 1 })
      .embedDocuments(texts(400))
      .catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(PineconeInferenceError)
    expect(error).toMatchObject({ inputRange: [192, 288] })
    const finished = (error as PineconeInferenceError).partial?.data.map(({ index }) => index)
    expect(finished).toEqual(expect.arrayContaining([0, 95, 96, 191]))
    expect(finished).not.toContain(192)
  })

  it('can be aborted', async () => {
    const { emulator, fields } = await emulated()
    emulator.faults.add({ fault: { kind: 'stall', at: 'headers' } })
    const abort = new AbortController()
    const call = new PineconeEmbeddings(fields).embedDocuments(['a'], { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })

  it('does not show the key', async () => {
    const embeddings = new PineconeEmbeddings({ apiKey: 'pcsk_very-secret' })
    expect(inspect(embeddings, { depth: 20, showHidden: true }) + JSON.stringify(embeddings)).not.toContain(
      'very-secret',
    )
  })
})

describe('empty and blank texts', () => {
  it('are refused where they are empty, by position', async () => {
    const { emulator, fields } = await emulated()
    const embeddings = new PineconeEmbeddings(fields)
    await expect(embeddings.embedDocuments(['a', 'b', ''])).rejects.toMatchObject({
      argument: 'inputs[2]',
      inputRange: [2, 3],
    })
    await expect(embeddings.embedQuery('')).rejects.toMatchObject({ argument: 'query' })
    expect(emulator.requests).toEqual([])
  })

  it('have a vector like any other with blankAs', async () => {
    const { emulator, fields } = await emulated()
    const embeddings = new PineconeEmbeddings({ ...fields, blankAs: '(blank page)' })
    const vectors = await embeddings.embedDocuments(['a', '', ' \n', 'b'])
    expect(vectors).toHaveLength(4)
    expect(embedded(emulator)[0]?.texts).toEqual(['a', '(blank page)', '(blank page)', 'b'])
    expect(vectors[1]).toEqual(vectors[2])
  })

  it.each(['', ' ', 7])('cannot be sent as %j', (blankAs) => {
    // @ts-expect-error not every one is a text
    expect(() => new PineconeEmbeddings({ apiKey: 'offline', blankAs })).toThrow(
      expect.objectContaining({ argument: 'blankAs' }),
    )
  })
})

describe('the length of vectors', () => {
  it('is the same for documents and queries', () => {
    const model = 'llama-text-embed-v2'
    for (const two of [
      { documentParameters: { dimension: 384 } },
      { queryParameters: { dimension: 2048 } },
      { documentParameters: { dimension: 384 }, queryParameters: { dimension: 512 } },
      { dimension: 512, queryParameters: { dimension: 384 } },
    ] as const) {
      expect(() => new PineconeEmbeddings({ apiKey: 'offline', model, ...two })).toThrow(
        expect.objectContaining({ argument: 'queryParameters.dimension' }),
      )
    }
    const same = { documentParameters: { dimension: 384 }, queryParameters: { dimension: 384 } } as const
    expect(new PineconeEmbeddings({ apiKey: 'offline', model, ...same }).dimension).toBe(384)
  })

  it('stays that of earlier vectors: a query of another length is refused', async () => {
    let length = 8
    const fetch = async () => {
      const values = Array.from({ length }, () => 1)
      return Response.json({
        model: 'a-model-of-mine',
        vector_type: 'dense',
        data: [{ values, vector_type: 'dense' }],
        usage: { total_tokens: 1 },
      })
    }
    const info = { model: 'a-model-of-mine', type: 'embed', shortDescription: '', supportedParameters: [] }
    const client = new PineconeInference({ apiKey: 'offline', fetch, maxRetries: 0 })
    vi.spyOn(client, 'getModel').mockResolvedValue(info)
    const embeddings = new PineconeEmbeddings({ client, model: 'a-model-of-mine', batchSize: 1 })
    expect((await embeddings.embedDocuments(['a']))[0]).toHaveLength(8)
    length = 4
    await expect(embeddings.embedQuery('a')).rejects.toMatchObject({
      name: 'PineconeResponseError',
      message: expect.stringMatching(/has 4 dimensions, but earlier answers have 8/),
    })
  })
})

describe('the options of embeddings', () => {
  it('can be read back', () => {
    const client = new PineconeInference({ apiKey: 'offline' })
    const embeddings = new PineconeEmbeddings({ client, truncate: 'NONE', batchSize: 7, blankAs: '-' })
    expect(embeddings.client).toBe(client)
    const { model, dimension, truncate, batchSize, blankAs, documentParameters, queryParameters } = embeddings
    expect({ model, dimension, truncate, batchSize, blankAs, documentParameters, queryParameters }).toEqual({
      model: 'multilingual-e5-large',
      dimension: 1024,
      truncate: 'NONE',
      batchSize: 7,
      blankAs: '-',
      documentParameters: { inputType: 'passage', truncate: 'NONE' },
      queryParameters: { inputType: 'query', truncate: 'NONE' },
    })
    const sparse = new PineconeSparseEmbeddings({ client, batchSize: 3 })
    expect(sparse).toMatchObject({ model: 'pinecone-sparse-english-v0', batchSize: 3 })
    for (const name of ['model', 'batchSize', 'client']) {
      expect(() => Object.assign(embeddings, { [name]: 1 })).toThrow(TypeError)
      expect(() => Object.assign(sparse, { [name]: 1 })).toThrow(TypeError)
    }
  })

  it.each(['documentParameters', 'queryParameters'])('take one spelling of a parameter in %s', (name) => {
    const message = `${name}.input_type is not a parameter; did you mean inputType?`
    for (const parameters of [{ input_type: 'query' }, { input_type: 'query', inputType: 'passage' }]) {
      const fields = { apiKey: 'offline', [name]: parameters }
      expect(() => new PineconeEmbeddings(fields)).toThrow(message)
      expect(() => new PineconeSparseEmbeddings(fields)).toThrow(message)
    }
  })

  it.each([
    ['modelName', 'model'],
    ['dimensions', 'dimension'],
    ['embedBatchSize', 'batchSize'],
    ['controllerHostUrl', 'baseUrl'],
    ['additionalHeaders', 'headers'],
    ['maxRetry', 'maxRetries'],
  ])('%s is refused, with %s as the right name', (name, right) => {
    expect(() => new PineconeEmbeddings({ apiKey: 'offline', ...{ [name]: 3 } })).toThrow(
      expect.objectContaining({ message: expect.stringContaining(`did you mean ${right}?`) }),
    )
  })

  it('of sparse embeddings include no dimension', () => {
    expect(() => new PineconeSparseEmbeddings({ apiKey: 'offline', ...{ dimension: 384 } })).toThrow(
      expect.objectContaining({ argument: 'dimension' }),
    )
  })

  it('of a call are refused when they are null or unknown', async () => {
    const embeddings = new PineconeEmbeddings({ apiKey: 'offline' })
    // @ts-expect-error null
    await expect(embeddings.embedQuery('a', null)).rejects.toMatchObject({ argument: 'options' })
    const unknown: object = { abortSignal: new AbortController().signal }
    await expect(embeddings.embedDocuments(['a'], { ...unknown })).rejects.toMatchObject({
      message: expect.stringContaining('did you mean signal?'),
    })
  })

  it('decide whether the embeddings close the client: only one of their own', async () => {
    const { emulator, fields } = await emulated()
    const own = new PineconeEmbeddings(fields)
    await own.embedQuery('a')
    expect(emulator.requests[0]?.headers['user-agent']).toMatch(/source_tag=langchainjs$/)
    await own.close()
    await expect(own.embedQuery('a')).rejects.toThrow('is closed')
    await using client = new PineconeInference(fields)
    await new PineconeSparseEmbeddings({ client }).close()
    expect(await new PineconeEmbeddings({ client }).embedQuery('a')).toHaveLength(1024)
  })
})

describe('PineconeEmbeddings in LangChain', () => {
  it('finds the right document through a MemoryVectorStore', async () => {
    const { fields } = await emulated()
    const documents = [
      new Document({ id: 'cats', pageContent: 'Cats purr when they are content.', metadata: { page: 1 } }),
      new Document({
        id: 'pools',
        pageContent: 'A connection pool keeps sockets open.',
        metadata: { page: 2 },
      }),
      new Document({ id: 'soup', pageContent: 'Soup is best served hot.', metadata: { page: 3 } }),
    ]
    const store = await MemoryVectorStore.fromDocuments(documents, new PineconeEmbeddings(fields))
    const [found] = await store.similaritySearch('Which pool keeps connections open?', 1)
    expect(found).toMatchObject({ id: 'pools', metadata: { page: 2 } })
  })

  it('is asked once per document by CacheBackedEmbeddings', async () => {
    const { emulator, fields } = await emulated()
    const cached = CacheBackedEmbeddings.fromBytesStore(
      new PineconeEmbeddings(fields),
      new InMemoryStore<Uint8Array>(),
      {
        namespace: 'multilingual-e5-large',
      },
    )
    const first = await cached.embedDocuments(['a', 'b'])
    const second = await cached.embedDocuments(['b', 'c', 'a'])
    expect(second[0]).toEqual(first[1])
    expect(second[2]).toEqual(first[0])
    expect(embedded(emulator).map((request) => request.texts)).toEqual([['a', 'b'], ['c']])
  })
})

describe('PineconeSparseEmbeddings', () => {
  it('returns vectors as a Pinecone record takes them, one per text', async () => {
    const { emulator, fields } = await emulated()
    const sparse = new PineconeSparseEmbeddings(fields)
    const vectors = await sparse.embedDocuments(texts(100))
    expect(vectors).toHaveLength(100)
    const query = await sparse.embedQuery('passage')
    for (const { indices, values } of [...vectors, query]) {
      expect(indices.length).toBe(values.length)
      expect(indices.length).toBeGreaterThan(0)
    }
    expect(embedded(emulator).map(({ parameters }) => parameters.input_type)).toEqual([
      'passage',
      'passage',
      'query',
    ])
  })

  it('refuses a dense model, naming the sparse ones', async () => {
    const { fields } = await emulated()
    expect(() => new PineconeSparseEmbeddings({ ...fields, model: 'multilingual-e5-large' })).toThrow(
      expect.objectContaining({
        argument: 'model',
        allowed: expect.arrayContaining(['pinecone-sparse-english-v0']),
      }),
    )
  })
})
