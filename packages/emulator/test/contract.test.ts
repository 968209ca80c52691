import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../dist/index.js'
import {
  call,
  type DenseAnswer,
  embedBody,
  type RankedAnswer,
  type SparseAnswer,
  withEmulator,
} from './client.js'
import { contractErrors } from './contract.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator()
})
afterAll(() => emulator.close())

interface Refusal {
  readonly status: number
  readonly error: { readonly code: string; readonly message: string }
}

const document = { text: 'Paris is the capital of France' }
const rerankBody = { model: 'bge-reranker-v2-m3', query: 'capital of France', documents: [document] }

describe('GET /models', () => {
  it('lists the hosted models in the contract’s shape, and says that stand-ins answer', async () => {
    const { status, body } = await call<{ models: { model: string; provider_name: string }[] }>(
      emulator,
      '/models',
    )
    expect(status).toBe(200)
    expect(contractErrors('ModelInfoList', body)).toEqual([])
    expect(body.models.map(({ model }) => model)).toEqual([
      'llama-text-embed-v2',
      'multilingual-e5-large',
      'pinecone-sparse-english-v0',
      'pinecone-sparse-multilingual-v0',
      'bge-reranker-v2-m3',
      'cohere-rerank-4-fast',
      'cohere-rerank-3.5',
      'pinecone-rerank-v0',
    ])
    for (const { provider_name } of body.models) expect(provider_name).toContain('stand-in')
  })

  it.each([
    ['?type=rerank', 4],
    ['?type=embed&vector_type=dense', 2],
    ['?vector_type=sparse', 2],
  ])('filters by %s', async (query, count) => {
    const { body } = await call<{ models: unknown[] }>(emulator, `/models${query}`)
    expect(body.models).toHaveLength(count)
  })

  it('describes one model, and answers 404 with the supported ones for another', async () => {
    const found = await call(emulator, '/models/multilingual-e5-large')
    expect(found.status).toBe(200)
    expect(contractErrors('ModelInfo', found.body)).toEqual([])
    expect(found.body).toMatchObject({
      default_dimension: 1024,
      max_batch_size: 96,
      max_sequence_length: 507,
    })

    const missing = await call(emulator, '/models/e6')
    expect(missing.status).toBe(404)
    expect(contractErrors('ErrorResponse', missing.body)).toEqual([])
    expect(JSON.stringify(missing.body)).toContain('multilingual-e5-large')
  })
})

describe('POST /embed', () => {
  it.each([384, 512, 768, 1024, 2048])('answers unit vectors of %i dimensions', async (dimension) => {
    const texts = ['Keep-alive connections', '', '   ', '🙂', '!?', '日本語のテキスト', 'x'.repeat(5000)]
    const answer = await call<DenseAnswer>(emulator, '/embed', {
      body: embedBody(texts, { model: 'llama-text-embed-v2', dimension }),
    })
    expect(answer.status).toBe(200)
    expect(contractErrors('EmbeddingsList', { ...answer.body, data: [] })).toEqual([])
    expect(answer.body.data).toHaveLength(texts.length)
    for (const embedding of answer.body.data) {
      expect(contractErrors('DenseEmbedding', embedding)).toEqual([])
      expect(embedding.values).toHaveLength(dimension)
      expect(Math.hypot(...embedding.values)).toBeCloseTo(1, 5)
    }
  })

  it('answers the same vectors for the same texts, in the order of the inputs', async () => {
    const ask = (texts: string[]) => call<DenseAnswer>(emulator, '/embed', { body: embedBody(texts) })
    const [both, again, swapped] = await Promise.all([
      ask(['red', 'blue']),
      ask(['red', 'blue']),
      ask(['blue', 'red']),
    ])
    expect(both.body).toEqual(again.body)
    expect(both.body.data).toEqual([...swapped.body.data].reverse())
    expect(both.body.data[0]).not.toEqual(both.body.data[1])
  })

  it('answers sparse vectors with distinct indices, and their tokens when asked', async () => {
    const model = 'pinecone-sparse-english-v0'
    const plain = await call<SparseAnswer>(emulator, '/embed', {
      body: embedBody(['a cat sat on a cat', ''], { model }),
    })
    const [first, blank] = plain.body.data
    expect(contractErrors('SparseEmbedding', first)).toEqual([])
    expect(contractErrors('SparseEmbedding', blank)).toEqual([])
    expect(new Set(first?.sparse_indices).size).toBe(first?.sparse_values.length)
    expect(first?.sparse_tokens).toBeUndefined()
    expect(blank?.sparse_values.length).toBeGreaterThan(0)

    const asked = await call<SparseAnswer>(emulator, '/embed', {
      body: embedBody(['a cat sat on a cat'], { model, return_tokens: true }),
    })
    expect([...(asked.body.data[0]?.sparse_tokens ?? [])].sort()).toEqual(['a', 'cat', 'on', 'sat'])
    expect(asked.body.data[0]?.sparse_indices).toEqual(first?.sparse_indices)
  })

  it('charges the tokens that each text has, up to the model’s limit', async () => {
    const tokens = async (...texts: string[]) =>
      (await call<DenseAnswer>(emulator, '/embed', { body: embedBody(texts) })).body.usage.total_tokens
    const [one, two] = [await tokens('one text'), await tokens('another, longer text')]
    expect(await tokens('one text', 'another, longer text')).toBe(one + two)
    expect(await tokens('word '.repeat(5000))).toBe(507)
  })

  it('cuts a long text at its end, or refuses it, as `truncate` says', async () => {
    const long = `${'word '.repeat(600)}tail`
    const ask = (text: string, truncate: string) =>
      call<DenseAnswer>(emulator, '/embed', { body: embedBody([text], { truncate }) })
    expect((await ask(long, 'END')).body.data).toEqual(
      (await ask(`${'word '.repeat(600)}other`, 'END')).body.data,
    )
    const refused = await ask(long, 'NONE')
    expect(refused.status).toBe(400)
    expect(JSON.stringify(refused.body)).toContain('Input at index 0 has 603 tokens')
  })

  it('cuts a long text at its start when a model supports it', async () => {
    const ask = (text: string) =>
      call<DenseAnswer>(emulator, '/embed', {
        body: embedBody([text], { model: 'llama-text-embed-v2', truncate: 'START' }),
      })
    const rest = 'word '.repeat(3000)
    expect((await ask(`first ${rest}`)).body.data).toEqual((await ask(`other ${rest}`)).body.data)
    expect((await ask(`${rest} first`)).body.data).not.toEqual((await ask(`${rest} other`)).body.data)
  })
})

describe('POST /rerank', () => {
  it('ranks the documents, best first, with scores in 0..1', async () => {
    const documents = ['Berlin is in Germany', 'Paris is the capital of France', 'The capital of Spain'].map(
      (text) => ({ text, id: text.length }),
    )
    const { status, body } = await call<RankedAnswer>(emulator, '/rerank', {
      body: { ...rerankBody, documents },
    })
    expect(status).toBe(200)
    expect(contractErrors('RerankResult', body)).toEqual([])
    expect(body.data.map(({ index }) => index)).toEqual([1, 2, 0])
    for (const { index, score, document: returned } of body.data) {
      expect(score).toBeGreaterThanOrEqual(0)
      expect(score).toBeLessThanOrEqual(1)
      expect(returned).toEqual(documents[index])
    }
    expect(body.usage).toEqual({ rerank_units: 1 })
  })

  it('returns `top_n` of them, and no documents when told so', async () => {
    const documents = Array.from({ length: 9 }, (_, index) => ({ text: `capital number ${index}` }))
    const { body } = await call<RankedAnswer>(emulator, '/rerank', {
      body: { ...rerankBody, documents, top_n: 4, return_documents: false },
    })
    expect(body.data).toHaveLength(4)
    expect(body.data.every((ranked) => !('document' in ranked))).toBe(true)
    const all = await call<RankedAnswer>(emulator, '/rerank', {
      body: { ...rerankBody, documents, top_n: 50 },
    })
    expect(all.body.data).toHaveLength(9)
  })

  it('reads the rank fields, several where the model takes several', async () => {
    const documents = [
      { title: 'Cars', body: 'fast' },
      { title: 'Capitals', body: 'Paris, capital of France' },
    ]
    const ask = (model: string, rank_fields: string[]) =>
      call<RankedAnswer>(emulator, '/rerank', { body: { ...rerankBody, model, documents, rank_fields } })
    expect((await ask('bge-reranker-v2-m3', ['body'])).body.data[0]?.index).toBe(1)
    expect((await ask('cohere-rerank-4-fast', ['title', 'body'])).body.data[0]?.index).toBe(1)
    expect((await ask('bge-reranker-v2-m3', ['title', 'body'])).status).toBe(400)
  })

  it('charges a unit for every hundred documents, and counts a long one as several', async () => {
    const units = async (documents: object[], parameters: object) => {
      const { body } = await call<RankedAnswer>(emulator, '/rerank', {
        body: { ...rerankBody, model: 'cohere-rerank-4-fast', documents, parameters },
      })
      return body.usage.rerank_units
    }
    expect(await units(Array(100).fill(document), {})).toBe(1)
    expect(await units(Array(101).fill(document), {})).toBe(2)
    const long = Array(50).fill({ text: 'word '.repeat(4000) })
    expect(await units(long, { max_tokens_per_doc: 1000 })).toBe(1)
    // 9 chunks of 500 tokens each
    expect(await units(long, { max_tokens_per_doc: 4096 })).toBe(5)
  })

  it('answers for cohere-rerank-3.5 with cohere-rerank-4-fast', async () => {
    const { body } = await call<RankedAnswer>(emulator, '/rerank', {
      body: { ...rerankBody, model: 'cohere-rerank-3.5' },
    })
    expect(body.model).toBe('cohere-rerank-4-fast')
  })

  it('refuses a pair above the model’s limit unless it may be cut', async () => {
    const documents = [document, { text: 'word '.repeat(2000) }]
    const ask = (parameters: object) =>
      call(emulator, '/rerank', { body: { ...rerankBody, documents, parameters } })
    const refused = await ask({})
    expect(refused.status).toBe(400)
    expect(JSON.stringify(refused.body)).toContain('pair with 2')
    expect((await ask({ truncate: 'END' })).status).toBe(200)
  })
})

describe('a request that is wrong', () => {
  const input = { text: 'hello' }
  const e5 = { model: 'multilingual-e5-large', inputs: [input], parameters: { input_type: 'query' } }
  const cases: [what: string, path: string, body: unknown, status: number, says: string][] = [
    ['no JSON', '/embed', '{"model":', 400, 'not JSON'],
    ['no object', '/embed', '[]', 400, 'object'],
    ['no body', '/embed', '', 400, 'not JSON'],
    ['no model', '/embed', { inputs: [input] }, 400, "'model'"],
    ['an unknown model', '/embed', { ...e5, model: 'nope' }, 404, "'multilingual-e5-large'"],
    [
      'a model of the other type',
      '/embed',
      { ...e5, model: 'bge-reranker-v2-m3' },
      400,
      "'multilingual-e5-large'",
    ],
    ['no inputs', '/embed', { ...e5, inputs: [] }, 400, 'at least one'],
    ['an input that is no object', '/embed', { ...e5, inputs: [input, 'hello'] }, 400, 'inputs[1]'],
    [
      'an unsupported dimension',
      '/embed',
      { ...e5, model: 'llama-text-embed-v2', parameters: { input_type: 'query', dimension: 100 } },
      400,
      '384, 512, 768, 1024, 2048',
    ],
    ['parameters that are no object', '/embed', { ...e5, parameters: null }, 400, "'parameters'"],
    [
      'a parameter out of range',
      '/rerank',
      { ...rerankBody, model: 'cohere-rerank-3.5', parameters: { max_chunks_per_doc: 0 } },
      400,
      'from 1 to 3072',
    ],
    ['no documents', '/rerank', { ...rerankBody, documents: [] }, 400, 'at least one'],
    ['a blank query', '/rerank', { ...rerankBody, query: ' ' }, 400, "'query'"],
    [
      'a query that leaves no room',
      '/rerank',
      { ...rerankBody, query: 'word '.repeat(1100) },
      400,
      'pair with 1102 tokens',
    ],
    ['a top_n below 1', '/rerank', { ...rerankBody, top_n: 0 }, 400, 'at least 1'],
    [
      'a rank field that only the prototype has',
      '/rerank',
      { ...rerankBody, rank_fields: ['toString'] },
      400,
      "field 'toString' not found",
    ],
    ['a body above 2 MB', '/embed', { ...e5, inputs: [{ text: 'x'.repeat(2 ** 21) }] }, 413, 'larger than'],
    ['an unknown route', '/vectors', {}, 404, 'POST /embed'],
    ['an unknown filter', '/models?type=chat', undefined, 400, 'embed, rerank'],
    ['a path that cannot be decoded', '/models/%E0%A4%A', undefined, 400, '%E0'],
  ]

  it.each(cases)('(%s) is refused in the contract’s shape', async (_what, path, body, status, says) => {
    const answer = await call<Refusal>(emulator, path, { body })
    expect(contractErrors('ErrorResponse', answer.body)).toEqual([])
    expect(answer.status).toBe(status)
    expect(answer.body.status).toBe(status)
    expect(answer.body.error.message).toContain(says)
    expect(answer.headers.get('content-type')).toContain('application/json')
  })

  it.each([
    ['no key', { 'api-key': undefined }, 401, 'UNAUTHENTICATED'],
    ['a blank key', { 'api-key': ' ' }, 401, 'UNAUTHENTICATED'],
    ['a version that never was', { 'x-pinecone-api-version': 'latest' }, 400, 'INVALID_ARGUMENT'],
    ['another content type', { 'content-type': 'text/plain' }, 400, 'INVALID_ARGUMENT'],
    ['no media type at all', { 'content-type': '!' }, 400, 'INVALID_ARGUMENT'],
  ])('with %s is refused', async (_what, headers, status, code) => {
    const answer = await call<Refusal>(emulator, '/embed', { body: e5, headers })
    expect(contractErrors('ErrorResponse', answer.body)).toEqual([])
    expect([answer.status, answer.body.error.code]).toEqual([status, code])
  })

  it('with another key than the emulator was given is refused', async () => {
    await withEmulator({ apiKey: 'right' }, async (locked) => {
      expect((await call(locked, '/models', { headers: { 'api-key': 'wrong' } })).status).toBe(401)
      expect((await call(locked, '/models', { headers: { 'api-key': 'right' } })).status).toBe(200)
    })
  })

  it('with documents nested deeper than a stack is refused, not failed', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const body = `{"model":"bge-reranker-v2-m3","query":"q","documents":[{"text":"a","deep":${deep}}]}`
    expect((await call(emulator, '/rerank', { body })).status).toBe(400)
  })
})
