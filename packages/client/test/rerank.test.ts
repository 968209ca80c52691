import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { RerankCalls } from '../dist/adapters.js'
import {
  PineconeConfigurationError,
  type PineconeInferenceError,
  PineconeResponseError,
} from '../dist/index.js'
import { errorBody, json, rerankAnswer, scoreOf, scriptedApi } from './scripted-api.js'

beforeEach(() => {
  // No backoff: the waits between attempts are drawn from 0 to their longest.
  vi.spyOn(Math, 'random').mockReturnValue(0)
  return () => vi.restoreAllMocks()
})

const model = 'bge-reranker-v2-m3'
const documents = (count: number) =>
  Array.from({ length: count }, (_, i) => `document ${((i * 7919) % count) / count}`)

describe('rerank', () => {
  it('sends one request and returns indices, scores and documents', async () => {
    const api = await scriptedApi(rerankAnswer)
    const result = await api.client().rerank({
      model,
      query: 'q',
      documents: ['low 0.1', { text: 'high 0.9', id: 'b' }],
      topN: 1,
      parameters: { truncate: 'END' },
    })
    expect(result).toEqual({
      model,
      data: [{ index: 1, score: 0.9, document: { text: 'high 0.9', id: 'b' } }],
      usage: { rerankUnits: 1 },
    })
    expect(api.requests).toHaveLength(1)
    expect(api.requests[0]).toMatchObject({
      method: 'POST',
      path: '/rerank',
      body: {
        model,
        query: 'q',
        documents: [{ text: 'low 0.1' }, { text: 'high 0.9', id: 'b' }],
        top_n: 1,
        parameters: { truncate: 'END' },
      },
    })
  })

  it('gives the best first, ties in the order of the documents, whatever order the service answers in', async () => {
    const scores = [0.1, 0.9, 0.5, 0.9]
    const data = [3, 0, 2, 1].map((index) => ({ index, score: scores[index] }))
    const api = await scriptedApi(() => ({ model, data, usage: {} }))
    const result = await api.client().rerank({ model, query: 'q', documents: ['a', 'b', 'c', 'd'] })
    expect(result.data.map(({ index }) => index)).toEqual([1, 3, 2, 0])
  })

  it('ranks nothing without a request', async () => {
    const api = await scriptedApi(rerankAnswer)
    expect(await api.client().rerank({ model, query: 'q', documents: [] })).toEqual({
      model,
      data: [],
      usage: { rerankUnits: 0 },
    })
    expect(api.requests).toHaveLength(0)
  })

  it.each([
    ['an empty query', { query: '' }, 'query'],
    ['topN of 0', { topN: 0 }, 'topN'],
    ['topN of 1.5', { topN: 1.5 }, 'topN'],
    ['a rank field no document has', { rankFields: ['title'], documents: [{ text: 'a' }] }, 'rankFields'],
    [
      'documents that have no text and no other rank field named',
      { documents: [{ body: 'a' }] },
      'rankFields',
    ],
    [
      'rank fields of which one is nowhere',
      { model: 'cohere-rerank-3.5', rankFields: ['text', 'title'] },
      'rankFields',
    ],
    [
      'more rank fields than the model ranks by',
      { rankFields: ['text', 'id'], documents: [{ text: 'a', id: 'b' }] },
      'rankFields',
    ],
    ['a document without its rank field', { documents: ['a', { body: 'b' }] }, 'documents[1]'],
    ['an empty document', { documents: ['a', ''] }, 'documents[1]'],
    ['a rank field that is not a string', { documents: [{ text: 5 }] }, 'documents[0].text'],
    ['a document that is a number', { documents: [5] }, 'documents[0]'],
    ['an embed model', { model: 'multilingual-e5-large' }, 'model'],
    ['more documents than one request holds', { documents: documents(101) }, 'documents'],
  ])('refuses %s before sending anything', async (_, overrides, argument) => {
    const api = await scriptedApi(rerankAnswer)
    const request = { model, query: 'q', documents: ['a', 'b'], ...overrides }
    const error = await api
      .client()
      .rerank(request as never)
      .catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(PineconeConfigurationError)
    expect(error).toMatchObject({ argument })
    expect(api.requests).toHaveLength(0)
  })

  it.each([
    ['too few results', [{ index: 0, score: 1 }], '1 result instead of 2'],
    [
      'an index out of range',
      [
        { index: 0, score: 1 },
        { index: 2, score: 1 },
      ],
      'index 2 for 2 documents',
    ],
    [
      'the same document twice',
      [
        { index: 0, score: 1 },
        { index: 0, score: 1 },
      ],
      'ranked twice',
    ],
    [
      'a score that is no number',
      [
        { index: 0, score: 1 },
        { index: 1, score: null },
      ],
      'data[1].score is null',
    ],
  ])('refuses an answer with %s', async (_, data, words) => {
    const api = await scriptedApi(() => ({ model, data, usage: {} }))
    const error = await api
      .client()
      .rerank({ model, query: 'q', documents: ['a', 'b'] })
      .catch((e: unknown) => e)
    expect(error).toBeInstanceOf(PineconeResponseError)
    expect((error as Error).message).toContain(words)
  })
})

describe('rerankAll', () => {
  it('sends documents as they were when it was called', async () => {
    const api = await scriptedApi(rerankAnswer)
    const document = { text: 'document 0.5' }
    const result = api.client().rerankAll({ model, query: 'q', documents: [document] })
    document.text = ''
    await result
    expect(api.requests[0]?.body.documents).toEqual([{ text: 'document 0.5' }])
  })

  it('ranks 2,500 documents as one list, splitting at the model’s 100', async () => {
    const api = await scriptedApi(rerankAnswer)
    const all = documents(2500)
    const { data, usage } = await api.client().rerankAll({ model, query: 'q', documents: all })
    const expected = all
      .map((text, index) => ({ index, score: scoreOf(text), document: { text } }))
      .sort((a, b) => b.score - a.score)
    expect(data).toEqual(expected)
    expect(usage).toEqual({ rerankUnits: 25 })
    expect(api.requests.every(({ body }) => body.documents.length === 100 && !body.return_documents)).toBe(
      true,
    )
  })

  it('takes topN after the merge and keeps input order for ties', async () => {
    const api = await scriptedApi(rerankAnswer)
    const all = Array.from({ length: 250 }, (_, i) => `document ${i % 50 === 7 ? 0.9 : 0.1}`)
    const { data } = await api.client().rerankAll({ model, query: 'q', documents: all, topN: 6 })
    expect(data.map(({ index }) => index)).toEqual([7, 57, 107, 157, 207, 0])
    expect(api.requests.map(({ body }) => body.top_n)).toEqual([6, 6, 6])
  })

  it('sends only the rank field and puts the caller’s own objects back', async () => {
    const api = await scriptedApi(rerankAnswer)
    const all = [
      { body: 'x 0.2', secret: 1 },
      { body: 'y 0.4', secret: 2 },
    ]
    const { data } = await api.client().rerankAll({ model, query: 'q', documents: all, rankFields: ['body'] })
    expect(api.requests[0]?.body.documents).toEqual([{ body: 'x 0.2' }, { body: 'y 0.4' }])
    expect(data[0]?.document).toBe(all[1])
    expect(data[1]?.document).toBe(all[0])
  })

  it('leaves the documents out when they are not wanted', async () => {
    const api = await scriptedApi(rerankAnswer)
    const { data } = await api
      .client()
      .rerankAll({ model, query: 'q', documents: ['a 0.5'], returnDocuments: false })
    expect(data).toEqual([{ index: 0, score: 0.5 }])
  })

  it('says which documents failed, and carries the ranking of the others', async () => {
    const api = await scriptedApi((request, response) =>
      request.body.documents[0].text.startsWith('bad')
        ? json(response, 400, errorBody(400, 'INVALID_ARGUMENT', 'bad'))
        : rerankAnswer(request),
    )
    const all = [...Array(100).fill('good 0.5'), 'bad 0.1', ...Array(40).fill('worse 0.1')]
    const error = await api
      .client({ maxConcurrency: 1 })
      .rerankAll({ model, query: 'q', documents: all })
      .catch((failure: unknown) => failure)
    const { inputRange, partial } = error as PineconeInferenceError
    expect(inputRange).toEqual([100, 141])
    expect(partial?.data).toHaveLength(100)
  })

  it('ranks one document by a model that only the service knows without a look-up, and none without a request', async () => {
    const api = await scriptedApi(rerankAnswer)
    const client = api.client()
    const { data } = await client.rerankAll({ model: 'new-ranker', query: 'q', documents: ['a 0.5'] })
    expect(data).toEqual([{ index: 0, score: 0.5, document: { text: 'a 0.5' } }])
    expect(await client.rerankAll({ model: 'new-ranker', query: 'q', documents: [] })).toEqual({
      model: 'new-ranker',
      data: [],
      usage: { rerankUnits: 0 },
    })
    expect(api.requests.map(({ path }) => path)).toEqual(['/rerank'])
  })

  it('looks up a model that is not in the built-in table, and splits at its limit', async () => {
    const api = await scriptedApi((request) =>
      request.method === 'GET'
        ? {
            model: 'new-ranker',
            short_description: 'new',
            type: 'rerank',
            max_batch_size: 2,
            supported_parameters: [],
          }
        : rerankAnswer(request),
    )
    const { data } = await api
      .client()
      .rerankAll({ model: 'new-ranker', query: 'q', documents: ['a 0.1', 'b 0.3', 'c 0.2'] })
    expect(data.map(({ index }) => index)).toEqual([1, 2, 0])
    expect(api.requests.map(({ body }) => body?.documents.length)).toEqual([undefined, 2, 1])
  })

  it('sends of several rank fields those that a document has', async () => {
    const api = await scriptedApi(rerankAnswer)
    await api.client().rerankAll({
      model: 'cohere-rerank-3.5',
      query: 'q',
      documents: [{ title: 'x 0.2', body: 'long', year: 1999 }, { body: 'y' }],
      rankFields: ['title', 'body'],
    })
    expect(api.requests[0]?.body.documents).toEqual([{ title: 'x 0.2', body: 'long' }, { body: 'y' }])
  })

  it('rejects with the reason of an abort', async () => {
    const api = await scriptedApi(() => undefined)
    const abort = new AbortController()
    const call = api
      .client()
      .rerankAll({ model, query: 'q', documents: documents(250) }, { signal: abort.signal })
    await vi.waitUntil(() => api.inFlight > 0)
    abort.abort('enough')
    await expect(call).rejects.toBe('enough')
  })

  it('halves a request that is refused as too large', async () => {
    const api = await scriptedApi((request, response) =>
      request.body.documents.length > 30
        ? json(response, 413, errorBody(413, 'INVALID_ARGUMENT', 'Payload Too Large'))
        : rerankAnswer(request),
    )
    const { data } = await api.client().rerankAll({ model, query: 'q', documents: documents(100), topN: 40 })
    expect(data).toHaveLength(40)
    expect(data[0]?.score).toBe(0.99)
  })

  it('equals the ranking of one large request for any scores and topN', async () => {
    const api = await scriptedApi(rerankAnswer)
    const client = api.client()
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 320 }),
        fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined }),
        async (scores, topN) => {
          const all = scores.map((score) => `document ${score / 10}`)
          const { data } = await client.rerankAll({
            model,
            query: 'q',
            documents: all,
            ...(topN ? { topN } : {}),
          })
          const best = scores.map((score, index) => ({ index, score: score / 10 }))
          best.sort((a, b) => b.score - a.score || a.index - b.index)
          expect(data.map(({ index, score }) => ({ index, score }))).toEqual(best.slice(0, topN))
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('an adapter’s ranking', () => {
  const rank = async (texts: string[], options = {}) => {
    const api = await scriptedApi(rerankAnswer)
    const calls = new RerankCalls({ client: api.client(), ...options })
    const candidates = calls.candidates(texts, (text) => ({ text }))
    const { data } = await calls.rank(candidates, 'q')
    expect(data.map(({ item }) => item)).toEqual(data.map(({ index }) => texts[index]))
    return data.map(({ index, score }) => ({ index, score }))
  }

  it.each<[string, string[], [number, number][]]>([
    [
      'with 0 where scores are above',
      ['', 'a 0.1', 'b 0.9'],
      [
        [2, 0.9],
        [1, 0.1],
        [0, 0],
      ],
    ],
    [
      'with the lowest score where scores are below 0',
      ['', 'a -2', 'b -1', ''],
      [
        [2, -1],
        [1, -2],
        [0, -2],
        [3, -2],
      ],
    ],
  ])('has what has no text last, %s', async (_, texts, expected) => {
    const ranked = await rank(texts)
    expect(ranked).toEqual(expected.map(([index, score]) => ({ index, score })))
  })

  it('drops what has no text below a threshold that is below 0', async () => {
    expect(await rank(['', 'a -2', 'b -1'], { scoreThreshold: -1.5 })).toEqual([{ index: 2, score: -1 }])
  })
})

it.each(['rerank', 'rerankAll'] as const)(
  '%s puts the caller’s own documents beside the scores',
  async (method) => {
    const api = await scriptedApi((request) => {
      const { data, ...answer } = rerankAnswer(request)
      return {
        ...answer,
        data: data.map((one: object) => ({ ...one, document: { text: 'somebody else’s' } })),
      }
    })
    const documents = [{ text: 'a 0.5', id: 7 }, 'b 0.9']
    const { data } = await api.client()[method]({ model: 'bge-reranker-v2-m3', query: 'q', documents })
    expect(data.map(({ document }) => document)).toEqual([{ text: 'b 0.9' }, documents[0]])
    expect(data[1]?.document).toBe(documents[0])
  },
)
