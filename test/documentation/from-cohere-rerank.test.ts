import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { CohereEmbeddings, CohereRerank } from '@langchain/cohere'
import { Document } from '@langchain/core/documents'
import { RunCollectorCallbackHandler } from '@langchain/core/tracers/run_collector'
import { startEmulator } from '@pinecone-inference/emulator'
import { PineconeEmbeddings, PineconeRerank } from '@pinecone-inference/langchain'
import { CohereClient } from 'cohere-ai'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

/** docs/from-cohere-rerank.md, row by row: what each of the two does. */

interface CohereRequest {
  model: string
  query: string
  documents: unknown[]
  top_n: number
}

/** CohereRerank on a server that ranks the documents in reverse, and what it was sent. */
async function theirs(fields: { topN?: number } = {}, status = 200) {
  const requests: CohereRequest[] = []
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as CohereRequest
    requests.push(body)
    const last = body.documents.length - 1
    const results = body.documents.map((_, i) => ({ index: last - i, relevance_score: 1 - i / (last + 2) }))
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify({ id: '1', results: results.slice(0, body.top_n), message: 'no' }))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const environment = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = new CohereClient({ token: 'any', environment })
  return { requests, reranker: new CohereRerank({ client, model: 'rerank-v3.5', ...fields }) }
}

async function ours(fields: object = {}) {
  const emulator = await startEmulator()
  onTestFinished(() => emulator.close())
  const reranker = new PineconeRerank({
    apiKey: 'any',
    baseUrl: emulator.url,
    model: 'cohere-rerank-4-fast',
    ...fields,
  })
  return { emulator, requests: emulator.requests, reranker }
}

const documents = (count = 5) =>
  Array.from(
    { length: count },
    (_, i) => new Document({ pageContent: `text ${i}`, metadata: { title: `${i}` } }),
  )

describe('how many come back', () => {
  it('theirs: three', async () => {
    const { reranker } = await theirs()
    expect(await reranker.compressDocuments(documents(), 'q')).toHaveLength(3)
  })
  it('ours: all', async () => {
    const { reranker } = await ours()
    expect(await reranker.compressDocuments(documents(), 'q')).toHaveLength(5)
  })
})

describe('the documents given', () => {
  it('theirs: get the score into their metadata', async () => {
    const { reranker } = await theirs()
    const given = documents()
    const [best] = await reranker.compressDocuments(given, 'q')
    expect(best).toBe(given[4])
    expect(given[4]?.metadata).toHaveProperty('relevanceScore')
  })
  it('ours: stay as they are; the score is in copies', async () => {
    const { reranker } = await ours()
    const given = documents()
    const [best] = await reranker.compressDocuments(given, 'q')
    expect(best?.metadata.relevanceScore).toEqual(expect.any(Number))
    expect(given).toEqual(documents())
  })
})

describe('1,500 documents', () => {
  it('theirs: one request', async () => {
    const { requests, reranker } = await theirs()
    await reranker.compressDocuments(documents(1500), 'q')
    expect(requests.map(({ documents }) => documents.length)).toEqual([1500])
  })
  it('ours: requests of up to 250, one ranking', async () => {
    const { requests, reranker } = await ours({ topN: 3 })
    expect(await reranker.compressDocuments(documents(1500), 'text 1234')).toHaveLength(3)
    expect(requests).toHaveLength(6)
  })
})

describe('rerank()', () => {
  it('theirs: index and relevanceScore', async () => {
    const { reranker } = await theirs()
    expect((await reranker.rerank(['a', 'b'], 'q'))[0]).toEqual({ index: 1, relevanceScore: 1 })
  })
  it('ours: index and score', async () => {
    const { reranker } = await ours()
    expect((await reranker.rerank(['a b', 'q'], 'q'))[0]).toEqual({ index: 1, score: expect.any(Number) })
  })
})

describe('plain objects', () => {
  it('theirs: a field pageContent only', async () => {
    const { requests, reranker } = await theirs()
    await expect(reranker.rerank([{ text: 'a' }], 'q')).rejects.toThrow(/Received undefined/)
    await reranker.rerank([{ pageContent: 'a', title: 'b' }], 'q')
    expect(requests.map(({ documents }) => documents)).toEqual([['a']])
  })
  it('ours: by the fields in rankFields', async () => {
    const { requests, reranker } = await ours({ rankFields: ['title', 'text'] })
    await reranker.rerank([{ text: 'a', title: 'b', page: 7 }], 'q')
    expect(requests[0]?.body).toMatchObject({ documents: [{ title: 'b', text: 'a' }] })
  })
})

describe('an empty query', () => {
  it('theirs: sent', async () => {
    const { requests, reranker } = await theirs()
    await reranker.compressDocuments(documents(), '')
    expect(requests).toHaveLength(1)
  })
  it('ours: refused', async () => {
    const { requests, reranker } = await ours()
    await expect(reranker.compressDocuments(documents(), '')).rejects.toThrow(/query/)
    expect(requests).toHaveLength(0)
  })
})

describe('in a trace', () => {
  it('theirs: nothing', async () => {
    const { reranker } = await theirs()
    expect(reranker.compressDocuments).toHaveLength(2) // takes no callbacks
  })
  it('ours: a run with the scores', async () => {
    const { reranker } = await ours()
    const collector = new RunCollectorCallbackHandler()
    await reranker.compressDocuments(documents(), 'q', [collector])
    expect(collector.tracedRuns.map(({ name }) => name)).toEqual(['PineconeRerank'])
  })
})

describe('the model', () => {
  it('theirs: must be named', () => {
    expect(() => new CohereRerank({ apiKey: 'any' })).toThrow(/Model not specified/)
  })
  it('ours: bge-reranker-v2-m3 by default; an unfit one is refused', () => {
    expect(new PineconeRerank({ apiKey: 'any' }).model).toBe('bge-reranker-v2-m3')
    expect(() => new PineconeRerank({ apiKey: 'any', model: 'multilingual-e5-large' })).toThrow(/model/)
  })
})

describe('a limit on a document’s length', () => {
  it('ours: a parameter of the model', async () => {
    const { requests, reranker } = await ours({ parameters: { maxTokensPerDoc: 2000 } })
    await reranker.rerank(['a'], 'q')
    expect(requests[0]?.body).toMatchObject({ parameters: { max_tokens_per_doc: 2000 } })
  })
})

describe('429', () => {
  it('theirs: three tries', async () => {
    const { requests, reranker } = await theirs({}, 429)
    await expect(reranker.rerank(['a'], 'q')).rejects.toMatchObject({ statusCode: 429 })
    expect(requests).toHaveLength(3)
  })
  it('ours: six tries, when the service wants them', async () => {
    const { emulator, reranker } = await ours()
    emulator.faults.add({ fault: { kind: 'status', status: 429, retryAfter: 0 } })
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    let failure: unknown
    reranker.rerank(['a'], 'q').catch((error: unknown) => {
      failure = error
    })
    // Its pauses are on the fake clock, its requests on a real connection.
    while (!failure) {
      await vi.advanceTimersByTimeAsync(100)
      await nextTurn()
    }
    expect(failure).toMatchObject({ name: 'PineconeRateLimitError' })
    expect(emulator.requests).toHaveLength(6)
  })
})

it('CohereEmbeddings needs a model, sends 48 texts per request and two requests at a time', () => {
  expect(() => new CohereEmbeddings({ apiKey: 'any' })).toThrow(/Model not specified/)
  expect(new CohereEmbeddings({ apiKey: 'any', model: 'embed-v4.0' })).toMatchObject({
    batchSize: 48,
    embeddingTypes: ['float'],
    caller: { maxConcurrency: 2 },
  })
})

/** embeddings.int.test.ts and rerank.int.test.ts of langchain-ai/langchainjs, libs/providers/langchain-cohere (2026-11-28). */
describe('the cases of its own tests', () => {
  const capital = 'What is the capital of France?'
  const texts = [
    'Paris is the capital of France.',
    'Build context-aware reasoning applications',
    'Carson City is the capital city of the American state of Nevada.',
  ]

  it('pass with PineconeRerank: all documents come back, from compressDocuments and from rerank', async () => {
    const { reranker } = await ours()
    const given = texts.map((pageContent) => new Document({ pageContent }))
    expect(await reranker.compressDocuments(given, capital)).toHaveLength(3)
    expect(await reranker.rerank(texts, capital)).toHaveLength(3)
  })

  it('pass with PineconeEmbeddings: a query, documents, a text per request with two in flight', async () => {
    const { emulator } = await ours()
    const fields = { apiKey: 'any', baseUrl: emulator.url, batchSize: 1, maxConcurrency: 2 }
    const embeddings = new PineconeEmbeddings(fields)
    expect((await embeddings.embedQuery('Hello world'))[0]).toEqual(expect.any(Number))
    const vectors = await embeddings.embedDocuments(Array(3).fill(['Hello world', 'Bye bye']).flat())
    expect(vectors.map(([first]) => typeof first)).toEqual(Array(6).fill('number'))
    expect(Math.max(...emulator.requests.map(({ inFlight }) => inFlight))).toBeLessThanOrEqual(2)
  })
})
