import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { createCohere } from '@ai-sdk/cohere'
import { createPinecone } from '@pinecone-inference/ai-sdk'
import type { PineconeInferenceError } from '@pinecone-inference/client'
import { startEmulator } from '@pinecone-inference/emulator'
import { embedMany, rerank } from 'ai'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'

/** docs/from-ai-sdk-cohere.md, row by row: what each of the two does. */

interface CohereRequest {
  texts: string[]
  input_type: string
  documents: string[]
}

let warnings: unknown[]
beforeEach(() => {
  warnings = []
  globalThis.AI_SDK_LOG_WARNINGS = (told: { warnings: unknown[] }) => warnings.push(...told.warnings)
})

/** Cohere's provider on a server that embeds anything as [1], ranks as given, and refuses the request of a number. */
async function theirs({ refuse = 0 } = {}) {
  const requests: CohereRequest[] = []
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as CohereRequest
    requests.push(body)
    const answer = body.texts
      ? { embeddings: { float: body.texts.map(() => [1]) }, meta: { billed_units: { input_tokens: 1 } } }
      : { results: body.documents.map((_, index) => ({ index, relevance_score: 1 / (index + 1) })), meta: {} }
    const status = requests.length === refuse ? 400 : 200
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify(status === 200 ? answer : { message: 'no' }))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const cohere = createCohere({ apiKey: 'any', baseURL })
  const embedding = cohere.embedding('embed-multilingual-v3.0')
  return { requests, embedding, reranking: cohere.reranking('rerank-v3.5') }
}

async function ours(settings: object = {}) {
  const emulator = await startEmulator()
  const pinecone = createPinecone({ apiKey: 'any', baseUrl: emulator.url, ...settings })
  onTestFinished(async () => {
    await pinecone.close()
    await emulator.close()
  })
  return {
    emulator,
    requests: emulator.requests,
    embedding: pinecone.embedding('multilingual-e5-large', { inputType: 'passage' }),
    withoutInputType: pinecone.embedding('multilingual-e5-large'),
    reranking: pinecone.reranking('bge-reranker-v2-m3'),
  }
}

const texts = (count: number) => Array.from({ length: count }, (_, i) => `text ${i}`)

describe('no input type', () => {
  it('theirs: a query', async () => {
    const { requests, embedding: model } = await theirs()
    await embedMany({ model, values: ['a passage'] })
    expect(requests[0]?.input_type).toBe('search_query')
  })
  it('ours: refused', async () => {
    const { requests, withoutInputType: model } = await ours()
    await expect(embedMany({ model, values: ['a passage'] })).rejects.toThrow(/'passage'.+'query'/)
    expect(requests).toEqual([])
  })
})

describe('500 values', () => {
  it('theirs: six calls', async () => {
    const { requests, embedding: model } = await theirs()
    expect((await embedMany({ model, values: texts(500) })).responses).toHaveLength(6)
    expect(requests).toHaveLength(6)
  })
  it('ours: one call, six requests', async () => {
    const { requests, embedding: model } = await ours()
    expect((await embedMany({ model, values: texts(500) })).responses).toHaveLength(1)
    expect(requests).toHaveLength(6)
  })
})

describe('a request that fails', () => {
  it('theirs: an error, and nothing of the others', async () => {
    const { embedding: model } = await theirs({ refuse: 3 })
    const error = await embedMany({ model, values: texts(500) }).catch((failure) => failure)
    expect(error).toMatchObject({ name: 'AI_APICallError', statusCode: 400, cause: undefined })
  })
  it('ours: which, and the others', async () => {
    const { emulator, embedding: model } = await ours({ maxConcurrency: 1 })
    emulator.faults.add({ call: 3, fault: { kind: 'status', status: 400 } })
    const error = await embedMany({ model, values: texts(500) }).catch((failure) => failure)
    const { inputRange, partial } = error.cause as PineconeInferenceError
    expect(inputRange).toEqual([192, 288])
    expect(partial?.data).toHaveLength(192)
  })
})

describe('an option that does not exist', () => {
  const options = { dimensions: 5, inputType: 'query' }
  it('theirs: dropped', async () => {
    const { embedding: model } = await theirs()
    const providerOptions = { cohere: { ...options, inputType: 'search_query' } }
    expect((await embedMany({ model, values: ['a'], providerOptions })).embeddings).toEqual([[1]])
  })
  it('ours: refused', async () => {
    const { embedding: model } = await ours()
    const call = embedMany({ model, values: ['a'], providerOptions: { pinecone: options } })
    await expect(call).rejects.toThrow(/dimensions.+did you mean dimension\?/)
  })
})

describe('object documents', () => {
  const call = { query: 'q', documents: [{ title: 'a', page: 7 }] }
  it('theirs: as JSON, with a warning', async () => {
    const { requests, reranking: model } = await theirs()
    await rerank({ model, ...call })
    expect(requests[0]?.documents).toEqual(['{"title":"a","page":7}'])
    expect(warnings).toHaveLength(1)
  })
  it('ours: the same, or by fields', async () => {
    const { requests, reranking: model } = await ours()
    await rerank({ model, ...call })
    expect(warnings).toHaveLength(1)
    await rerank({ model, ...call, providerOptions: { pinecone: { rankFields: ['title'] } } })
    expect(requests.map(({ body }) => (body as CohereRequest).documents)).toEqual([
      [{ text: '{"title":"a","page":7}' }],
      [{ title: 'a' }],
    ])
    expect(warnings).toHaveLength(1)
  })
})

describe('a document without text', () => {
  const call = { query: 'a', documents: ['', 'a'] }
  it('theirs: sent', async () => {
    const { requests, reranking: model } = await theirs()
    await rerank({ model, ...call })
    expect(requests[0]?.documents).toEqual(['', 'a'])
  })
  it('ours: last, with a score of 0', async () => {
    const { requests, reranking: model } = await ours()
    expect((await rerank({ model, ...call })).ranking[1]).toMatchObject({ originalIndex: 0, score: 0 })
    expect((requests[0]?.body as CohereRequest | undefined)?.documents).toHaveLength(1)
  })
})

describe('300 documents', () => {
  it('theirs: one request', async () => {
    const { requests, reranking: model } = await theirs()
    await rerank({ model, query: 'q', documents: texts(300) })
    expect(requests).toHaveLength(1)
  })
  it('ours: three requests, one ranking, and what it costs', async () => {
    const { requests, reranking: model } = await ours()
    const { ranking, providerMetadata } = await rerank({ model, query: 'text 7', documents: texts(300) })
    expect(ranking).toHaveLength(300)
    expect(requests).toHaveLength(3)
    expect(providerMetadata).toEqual({ pinecone: { rerankUnits: 3 } })
  })
})

/** cohere-embedding-model.test.ts and reranking/cohere-reranking-model.test.ts of vercel/ai, packages/cohere (2026-11-28). */
describe('the cases of its own tests', () => {
  const values = ['sunny day at the beach', 'rainy day in the city']
  const vectors = values.map((_, i) => Array.from({ length: 1024 }, (_, j) => i + j))

  /** A provider whose requests are answered with `vectors`, or the second document before the first. */
  function answered(settings: object = {}) {
    const requests: { body: unknown; headers: Headers }[] = []
    const pinecone = createPinecone({
      apiKey: 'test-api-key',
      ...settings,
      fetch: async (url, init) => {
        const { headers, body } = new Request(url, init as RequestInit)
        requests.push({ headers, body: await new Response(body).json() })
        const answer = String(url).endsWith('/embed')
          ? {
              model: 'multilingual-e5-large',
              vector_type: 'dense',
              data: vectors.map((values) => ({ vector_type: 'dense', values })),
              usage: { total_tokens: 20 },
            }
          : {
              model: 'bge-reranker-v2-m3',
              data: [1, 0].map((index) => ({ index, score: index ? 0.1 : 0.04 })),
              usage: { rerank_units: 1 },
            }
        return Response.json(answer, { headers: { 'test-header': 'test-value' } })
      },
    })
    return {
      requests,
      embedding: pinecone.embeddingModel('multilingual-e5-large', { inputType: 'passage' }),
      reranking: pinecone.rerankingModel('bge-reranker-v2-m3'),
    }
  }

  it('pass: vectors, usage and headers of the answer; model, values, input type and headers of the request', async () => {
    const { requests, embedding } = answered({ headers: { 'Custom-Provider-Header': 'of provider' } })
    const result = await embedding.doEmbed({
      values,
      headers: { 'Custom-Request-Header': 'of request' },
      providerOptions: { pinecone: { inputType: 'query' } },
    })
    expect(result.embeddings).toEqual(vectors)
    expect(result.usage).toEqual({ tokens: 20 })
    expect(result.response?.headers).toMatchObject({ 'test-header': 'test-value' })
    expect(requests[0]?.body).toEqual({
      model: 'multilingual-e5-large',
      inputs: values.map((text) => ({ text })),
      parameters: { input_type: 'query' },
    })
    expect(requests[0]?.headers.get('api-key')).toBe('test-api-key')
    expect(requests[0]?.headers.get('custom-provider-header')).toBe('of provider')
    expect(requests[0]?.headers.get('custom-request-header')).toBe('of request')
  })

  it('pass: a ranking of texts; of objects as JSON, with a warning', async () => {
    const { requests, reranking } = answered()
    const query = { query: 'rainy day', topN: 2 }
    const ofTexts = await reranking.doRerank({ ...query, documents: { type: 'text', values } })
    expect(ofTexts.warnings).toEqual([])
    const objects = values.map((example) => ({ example }))
    const ofObjects = await reranking.doRerank({ ...query, documents: { type: 'object', values: objects } })
    expect(ofObjects.warnings).toMatchObject([{ type: 'compatibility', feature: 'object documents' }])
    for (const { ranking } of [ofTexts, ofObjects]) {
      expect(ranking).toEqual([
        { index: 1, relevanceScore: 0.1 },
        { index: 0, relevanceScore: 0.04 },
      ])
    }
    expect(requests.map(({ body }) => body)).toMatchObject([
      { top_n: 2, documents: values.map((text) => ({ text })) },
      { top_n: 2, documents: objects.map((object) => ({ text: JSON.stringify(object) })) },
    ])
  })

  it('differ: no body in the response, units in providerMetadata, parameters of the model by that name', async () => {
    const { embedding, reranking } = answered()
    expect((await embedding.doEmbed({ values })).response).not.toHaveProperty('body')
    const call = { query: 'rainy day', documents: { type: 'text' as const, values } }
    expect((await reranking.doRerank(call)).providerMetadata).toEqual({ pinecone: { rerankUnits: 1 } })
    const misnamed = { ...call, providerOptions: { pinecone: { maxTokensPerDoc: 1000 } } }
    await expect(reranking.doRerank(misnamed)).rejects.toThrow(/maxTokensPerDoc/)
  })
})
