import { beforeEach, describe, expect, it, vi } from 'vitest'
import { PineconeConfigurationError, PineconeResponseError } from '../dist/index.js'
import {
  E5,
  embedAnswer,
  errorBody,
  json,
  rerankAnswer,
  scriptedApi,
  texts,
  vectorOf,
} from './scripted-api.js'

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
  return () => vi.restoreAllMocks()
})

const passage = { inputType: 'passage' }
const dense = (values: number[]) => ({ vector_type: 'dense', values })

describe('a vector is held against what is known of the model:', () => {
  it.each([
    ['multilingual-e5-large', {}, 8],
    ['multilingual-e5-large', {}, 512],
    ['llama-text-embed-v2', {}, 2048],
    ['llama-text-embed-v2', { dimension: 384 }, 1024],
  ] as const)('%s %j does not give %i numbers', async (model, parameters, length) => {
    const api = await scriptedApi((request) => ({
      ...embedAnswer(request),
      data: [dense(vectorOf('a', length))],
    }))
    const call = api
      .client({ maxRetries: 0 })
      .embed({ model, inputs: ['a'], parameters: { ...passage, ...parameters } })
    await expect(call).rejects.toThrow(`data[0] has ${length} dimensions, but`)
    await expect(call).rejects.toBeInstanceOf(PineconeResponseError)
  })

  it('a model that nothing is known of is held to its first answer by the same client', async () => {
    const api = await scriptedApi((request, _, number) => ({
      ...embedAnswer(request),
      data: [dense(vectorOf('a', number === 1 ? 8 : 16))],
    }))
    const client = api.client({ maxRetries: 1 })
    await client.embed({ model: 'acme', inputs: ['a'] })
    await expect(client.embed({ model: 'acme', inputs: ['b'] })).rejects.toThrow('but earlier answers have 8')
    expect(api.requests).toHaveLength(3)
  })

  it.each([
    ['an all-zero vector', { data: [dense(new Array(1024).fill(0))] }, 'holds only zeros'],
    ['one of a model without a name', { model: '' }, 'model is an empty string'],
    ['fewer tokens than none', { usage: { total_tokens: -1 } }, 'usage.total_tokens is the number -1'],
    [
      'tokens without end',
      { usage: { total_tokens: 1e15 } },
      'usage.total_tokens is the number 1000000000000000',
    ],
  ])('%s is none', async (_, change, words) => {
    const api = await scriptedApi((request) => ({ ...embedAnswer(request), ...change }))
    await expect(api.client({ maxRetries: 0 }).embed({ ...E5, inputs: ['a'] })).rejects.toThrow(words)
  })

  it('nor is a sparse one that names an index twice', async () => {
    const api = await scriptedApi(() => ({
      model: 'pinecone-sparse-english-v0',
      vector_type: 'sparse',
      data: [{ vector_type: 'sparse', sparse_values: [1, 2], sparse_indices: [7, 7] }],
      usage: { total_tokens: 1 },
    }))
    const request = { model: 'pinecone-sparse-english-v0', inputs: ['a'], parameters: passage }
    await expect(api.client({ maxRetries: 0 }).embed(request)).rejects.toThrow('names an index twice')
  })
})

describe('another embedding model than was asked for', () => {
  it('is requested again, then refused, although its vectors have the right length', async () => {
    const api = await scriptedApi((request) => ({ ...embedAnswer(request), model: 'llama-text-embed-v2' }))
    const call = api.client({ maxRetries: 1 }).embed({ ...E5, inputs: ['a'] })
    await expect(call).rejects.toThrow(/multilingual-e5-large was served by llama-text-embed-v2/)
    await expect(call).rejects.toBeInstanceOf(PineconeResponseError)
    expect(api.requests).toHaveLength(2)
  })

  it.each([
    ['is the same one under its other name', 'nvidia/llama-text-embed-v2', 'llama-text-embed-v2'],
    ['may be the same one, where its name is not known', 'e5-of-ours', 'multilingual-e5-large'],
  ])('%s', async (_, asked, served) => {
    const api = await scriptedApi((request) => ({ ...embedAnswer(request), model: served }))
    const result = await api.client().embed({ model: asked, inputs: ['a'], parameters: passage })
    expect(result.model).toBe(served)
  })
})

describe('what a client remembers of the answers before', () => {
  const acme = { model: 'acme', inputs: ['a'] }

  it.each([
    ['by another model', { model: 'other' }],
    [
      'by another model, of another length',
      { model: 'other', data: [{ vector_type: 'dense', values: [1] }] },
    ],
  ])('a first answer %s does not stand in the way of the one that was asked for', async (_, first) => {
    const api = await scriptedApi((request, _, number) => ({
      ...embedAnswer(request),
      ...(number === 1 ? first : {}),
    }))
    const client = api.client({ maxRetries: 0 })
    expect((await client.embed(acme)).model).toBe('other')
    expect((await client.embed(acme)).model).toBe('acme')
    expect((await client.embed(acme)).model).toBe('acme')
  })

  it('is compared with the name before: requested again, then refused for good, with what to do', async () => {
    const api = await scriptedApi((request, _, number) => ({
      ...embedAnswer(request),
      model: number === 1 ? 'acme-1' : 'acme-2',
    }))
    const client = api.client({ maxRetries: 1 })
    await client.embed(acme)
    const refusal = await client.embed(acme).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(PineconeResponseError)
    expect(refusal).toMatchObject({ verdict: 'setup', attempts: 2 })
    expect(String(refusal)).toMatch(
      /acme was served by acme-2, and before by acme-1.*a new client accepts acme-2/,
    )
  })

  it('is corrected by a call that cannot use the right answer itself', async () => {
    const api = await scriptedApi((request, _, number) => ({
      ...embedAnswer(request),
      model: number === 1 ? 'other' : request.body.model,
    }))
    const client = api.client({ maxConcurrency: 1, maxRetries: 0 })
    const call = client.embedAll({ ...E5, inputs: texts(100) })
    await expect(call).rejects.toThrow(/served by multilingual-e5-large, and before by other.*Call again/)
    expect((await client.embedAll({ ...E5, inputs: texts(100) })).model).toBe(E5.model)
  })

  it('gives way to what the service says of the model', async () => {
    const info = {
      model: 'acme',
      short_description: 'Embeds.',
      type: 'embed',
      vector_type: 'dense',
      default_dimension: 1024,
      max_batch_size: 96,
      supported_parameters: [],
    }
    const api = await scriptedApi((request, _, number) => {
      if (request.method === 'GET') return info
      const answer = embedAnswer(request)
      return number === 1 ? { ...answer, data: [{ vector_type: 'dense', values: [1, 2] }] } : answer
    })
    const client = api.client({ maxRetries: 0 })
    await client.embed(acme)
    expect((await client.embedAll({ ...acme, inputs: texts(2) })).data).toHaveLength(2)
    expect((await client.embed(acme)).data).toHaveLength(1)
  })
})

describe('what two models give is not put together:', () => {
  it('batches of one embedAll', async () => {
    const api = await scriptedApi((request, _, number) => ({
      ...embedAnswer(request),
      model: `served-${number % 2}`,
    }))
    const call = api.client({ maxConcurrency: 1, maxRetries: 0 }).embedAll({ ...E5, inputs: texts(100) })
    await expect(call).rejects.toMatchObject({
      inputRange: [96, 100],
      message: expect.stringContaining('two models'),
    })
  })

  it('batches of one rerankAll, whose result names the model that served it, as onUsage does', async () => {
    const documents = texts(300).map((_, i) => `document ${i / 1000}`)
    const request = { model: 'bge-reranker-v2-m3', query: 'q', documents }
    let served = (_number: number) => 'successor'
    const api = await scriptedApi((one, _, number) => ({ ...rerankAnswer(one), model: served(number) }))
    const reports: unknown[] = []
    const client = api.client({ maxRetries: 0, maxConcurrency: 1, onUsage: (report) => reports.push(report) })
    expect((await client.rerankAll(request)).model).toBe('successor')
    expect(reports[0]).toMatchObject({ model: 'successor', requestedModel: 'bge-reranker-v2-m3' })
    served = (number) => `model ${number}`
    await expect(client.rerankAll(request)).rejects.toThrow('two models')
  })
})

describe('a request that is refused whatever its inputs', () => {
  const refusing = () =>
    scriptedApi((_, response) =>
      json(response, 422, errorBody(422, 'INVALID', 'parameters: unknown field `x`')),
    )

  it.each([960, 20_000])('costs about 30 requests for %i texts, and ends the call', async (count) => {
    const api = await refusing()
    const call = api.client().embedAll({ ...E5, inputs: texts(count) }, { onError: 'collect' })
    await expect(call).rejects.toMatchObject({ status: 422, verdict: 'setup', partial: { data: [] } })
    expect(api.requests.length).toBeLessThanOrEqual(30)
  })

  it('ends a stream alike', async () => {
    const api = await refusing()
    const stream = api.client().embedStream({ ...E5, inputs: texts(5000) }, { onError: 'collect' })
    const read = async () => {
      for await (const item of stream) expect(item).toHaveProperty('error')
    }
    await expect(read()).rejects.toMatchObject({ status: 422, verdict: 'setup' })
    expect(api.requests.length).toBeLessThanOrEqual(30)
  })

  it('is told from inputs at fault, though there are many of them', async () => {
    const bad = new Set([0, 1, 2, 3, 50, 95, 200, 301])
    const isBad = ({ text }: { text: string }) => bad.has(Number(text.split(' ').at(-1)))
    const api = await scriptedApi((request, response) =>
      request.body.inputs.some(isBad)
        ? json(response, 400, errorBody(400, 'INVALID', 'no'))
        : embedAnswer(request),
    )
    const { data, failures } = await api
      .client()
      .embedAll({ ...E5, inputs: texts(400) }, { onError: 'collect' })
    expect(failures.map(({ inputRange }) => inputRange[0])).toEqual([...bad])
    for (const [i, embedding] of data.entries()) {
      if (bad.has(i)) expect(embedding).toBeNull()
      else expect(embedding?.vectorType === 'dense' && embedding.values).toEqual(vectorOf(`text number ${i}`))
    }
  })

  it('is told from inputs that are all at fault, by one short text beside them', async () => {
    const long = 'The whole manual of the machine. '.repeat(20)
    const api = await scriptedApi((request, response) =>
      request.body.inputs.some(({ text }: { text: string }) => text.startsWith(long))
        ? json(response, 400, errorBody(400, 'INVALID_ARGUMENT', 'Input is over the limit of the model'))
        : embedAnswer(request),
    )
    const inputs = Array.from({ length: 40 }, (_, i) => (i < 30 ? `${long}${i}` : `text number ${i}`))
    const { data, failures } = await api
      .client()
      .embedAll({ ...E5, inputs }, { onError: 'collect', batchSize: 5 })
    expect(failures.map(({ inputRange }) => inputRange[0])).toEqual(Array.from({ length: 30 }, (_, i) => i))
    expect(data.filter((embedding) => embedding !== null)).toHaveLength(10)

    const none = await api
      .client()
      .embedAll({ ...E5, inputs: inputs.slice(0, 30) }, { onError: 'collect', batchSize: 5 })
    expect(none.failures).toHaveLength(30)
    expect(none.failures.every(({ error }) => error.verdict === 'input')).toBe(true)
  })

  it('one pair over a reranker’s limit, as the service words it, costs one request', async () => {
    const words =
      'Request contains a query+document pair with 3157 tokens, which exceeds the maximum token limit of 1024 for each query+document pair.'
    const api = await scriptedApi((_, response) =>
      json(response, 400, errorBody(400, 'INVALID_ARGUMENT', words)),
    )
    const call = api.client().rerankAll({ model: 'bge-reranker-v2-m3', query: 'q', documents: texts(60) })
    await expect(call).rejects.toMatchObject({ status: 400, verdict: 'input', inputRange: [0, 60] })
    expect(api.requests).toHaveLength(1)
  })
})

describe('half a surrogate pair', () => {
  it('is sent as U+FFFD, in texts, queries, documents and their fields; an escaped one in a text stays', async () => {
    const api = await scriptedApi((request) =>
      request.path === '/embed' ? embedAnswer(request) : rerankAnswer(request),
    )
    const client = api.client()
    await client.embed({ ...E5, inputs: ['cut \ud83c', 'written \\ud83c', 'whole 🎉'] })
    await client.rerank({
      model: 'bge-reranker-v2-m3',
      query: '\udf89?',
      documents: [{ text: 'd 0.5', tags: [{ '\ud83c': '\udf89' }] }],
    })
    expect(api.requests[0]?.body.inputs.map((input: { text: string }) => input.text)).toEqual([
      'cut \ufffd',
      'written \\ud83c',
      'whole 🎉',
    ])
    expect(api.requests[1]?.body).toMatchObject({
      query: '\ufffd?',
      documents: [{ text: 'd 0.5', tags: [{ '\ufffd': '\ufffd' }] }],
    })
  })

  it.each(['..', '.', 'half \ud83c', 'line\n'])('makes no model’s name, nor does %j', async (model) => {
    const api = await scriptedApi(() => ({}))
    await expect(api.client().getModel(model)).rejects.toBeInstanceOf(PineconeConfigurationError)
    expect(api.requests).toEqual([])
  })
})

it('a message of the service is one line of bounded length, without what steers a terminal', async () => {
  const words = `\u001b[31mred\u0007\u009b1m ${'long '.repeat(100_000)}`
  const api = await scriptedApi((_, response) => json(response, 400, errorBody(400, 'X', words)))
  const error = await api
    .client()
    .embed({ ...E5, inputs: ['a'] })
    .catch((failure: Error) => failure)
  expect((error as Error).message.length).toBeLessThan(2_100)
  expect((error as Error).message).not.toMatch(/\p{Cc}/u)
})

it('details nested thousands deep are an error answer like any other, and retried', async () => {
  const deep = `${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`
  const api = await scriptedApi((request, response, number) =>
    number > 1
      ? embedAnswer(request)
      : void response.writeHead(503).end(`{"error":{"code":"UNAVAILABLE","message":"no","details":${deep}}}`),
  )
  expect((await api.client().embed({ ...E5, inputs: ['a'] })).data).toHaveLength(1)
  expect(api.requests).toHaveLength(2)
})

it('a byte order mark before an answer is ignored', async () => {
  const api = await scriptedApi((request, response) => {
    response.end(`\ufeff${JSON.stringify(embedAnswer(request))}`)
  })
  expect((await api.client().embed({ ...E5, inputs: ['a'] })).data).toHaveLength(1)
})

describe('a wrong answer is told with its status, its id and what it says:', () => {
  const page = '<!doctype html><html><head><title>Log in to the guest network</title></head></html>'
  it.each([
    [
      'a page in place of it',
      'text/html; charset=utf-8',
      () => page,
      /^POST \/embed answered \d+ bytes of text\/html that are not JSON.*: Log in to the guest network$/,
    ],
    [
      'an error under 200, without the key',
      'application/json',
      () => JSON.stringify(errorBody(500, 'INTERNAL', 'key pcsk_test-key is upset')),
      /answered with an error.*: INTERNAL: key \[api key\] is upset$/,
    ],
    ['JSON cut short', 'application/json', (json: string) => json.slice(0, 99), /99 bytes that are not JSON/],
  ])('%s', async (_, type, body, words) => {
    const api = await scriptedApi((request, response) => {
      response
        .writeHead(200, { 'content-type': type, 'x-pinecone-request-id': 'req-7' })
        .end(body(JSON.stringify(embedAnswer(request))))
    })
    const refusal = api.client({ maxRetries: 0 }).embed({ ...E5, inputs: ['a'] })
    await expect(refusal).rejects.toMatchObject({
      name: 'PineconeResponseError',
      status: 200,
      requestId: 'req-7',
      message: expect.stringMatching(words),
    })
  })
})
