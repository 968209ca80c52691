import { inspect } from 'node:util'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type EmbedParameters,
  PineconeApiError,
  PineconeConfigurationError,
  PineconeConnectionError,
  type PineconeInference,
  PineconeInvalidRequestError,
  PineconeQuotaError,
  PineconeResponseError,
  PineconeServerError,
} from '../dist/index.js'
import { E5, embedAnswer, errorBody, event, json, rerankAnswer, scriptedApi, texts } from './scripted-api.js'

beforeEach(() => {
  // No backoff: the waits between attempts are drawn from 0 to their longest.
  vi.spyOn(Math, 'random').mockReturnValue(0)
  return () => vi.restoreAllMocks()
})

const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'no failure',
    (error: unknown) => error,
  )

const circle = () => {
  const object: { self?: object } = {}
  object.self = object
  return object
}

describe('an error answer becomes one line, whatever a gateway made of it:', () => {
  it.each<[string, string, (answered: string) => object]>([
    [
      'the contract’s',
      '{"status":400,"error":{"code":"INVALID_ARGUMENT","message":"too long","details":{"at":3}}}',
      (answered) => ({
        code: 'INVALID_ARGUMENT',
        details: { at: 3 },
        message: `${answered}: INVALID_ARGUMENT: too long`,
      }),
    ],
    [
      'a text as error',
      '{"error":"no such tenant"}',
      (answered) => ({ message: `${answered}: no such tenant` }),
    ],
    [
      'an error without words',
      '{"error":{"code":7,"message":["x"]}}',
      (answered) => ({ code: undefined, message: `${answered}: {"error":{"code":7,"message":["x"]}}` }),
    ],
    ['null for an error', '{"error":null}', (answered) => ({ message: `${answered}: {"error":null}` })],
    ['JSON that is no object', '[1]', (answered) => ({ message: `${answered}: [1]` })],
    ['HTML', '<h1>\n Bad  Request</h1>', (answered) => ({ message: `${answered}: <h1> Bad Request</h1>` })],
    ['nothing', '', (answered) => ({ message: answered })],
    ['a novel', 'x'.repeat(500), (answered) => ({ message: `${answered}: ${'x'.repeat(200)}…` })],
    [
      'a message without an error around it',
      '{"message":"teapot"}',
      (answered) => ({ message: `${answered}: teapot` }),
    ],
    [
      'a page of HTML by its title',
      '<!doctype html><html><head><title>400 Bad\n Request</title></head><body><h1>400</h1></body></html>',
      (answered) => ({ message: `${answered}: 400 Bad Request` }),
    ],
    [
      'JSON of megabytes by its beginning',
      JSON.stringify({ error: { code: 'INVALID_ARGUMENT', message: 'too long. '.repeat(500_000) } }),
      (answered) => ({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(`${answered}: INVALID_ARGUMENT: too long. too long.`),
      }),
    ],
  ])('%s', async (_, body, expected) => {
    const api = await scriptedApi((_, response) => void response.writeHead(400).end(body))
    const failure = await failureOf(api.client().embed({ ...E5, inputs: ['a'] }))
    expect(failure).toBeInstanceOf(PineconeInvalidRequestError)
    expect(failure).toMatchObject({ status: 400, ...expected(`POST ${api.url}/embed answered 400`) })
  })

  it.each([
    [
      'embedding token limit (5000000) for model multilingual-e5-large for the current month across your organization.',
      'month',
    ],
    ['monthly limit of rerank requests (500) for model bge-reranker-v2-m3.', 'month'],
  ])(
    'says that the month is used up, asks once, and ends a bulk call that collects failures: %s',
    async (words, quota) => {
      const body = errorBody(429, 'RESOURCE_EXHAUSTED', `You've reached the ${words}`)
      const api = await scriptedApi((_, response) => json(response, 429, body))
      // One client each: it remembers that the month is used up.
      const client = () => api.client({ maxConcurrency: 1 })
      const inputs = Array.from({ length: 960 }, (_, i) => `text ${i}`)
      for (const call of [
        () => client().embed({ ...E5, inputs: ['a'] }),
        () => client().embedAll({ ...E5, inputs }, { onError: 'collect' }),
        () => client().rerank({ model: 'bge-reranker-v2-m3', query: 'q', documents: ['a'] }),
      ]) {
        const before = api.requests.length
        const failure = await failureOf(call())
        expect(failure).toBeInstanceOf(PineconeQuotaError)
        expect(failure).toMatchObject({
          quota,
          status: 429,
          attempts: 1,
          message: expect.stringContaining(words),
        })
        expect(api.requests.length - before).toBe(1)
      }
    },
  )

  it('with how long the service asks to wait', async () => {
    const api = await scriptedApi((_, response) =>
      json(response, 429, errorBody(429, 'RESOURCE_EXHAUSTED', 'the month’s quota'), {
        'retry-after': '3600',
      }),
    )
    expect(await failureOf(api.client().embed({ ...E5, inputs: ['a'] }))).toMatchObject({
      message: `POST ${api.url}/embed answered 429: RESOURCE_EXHAUSTED: the month’s quota (retry after 3600 s)`,
      retryAfterMs: 3_600_000,
    })
    expect(api.requests).toHaveLength(1)
  })

  it.each([501, 505])(
    'and is final where the service says that the request will never do: %i',
    async (status) => {
      const api = await scriptedApi((_, response) => json(response, status, {}))
      expect(await failureOf(api.client().embed({ ...E5, inputs: ['a'] }))).toMatchObject({
        name: 'PineconeServerError',
        status,
      })
      expect(api.requests).toHaveLength(1)
    },
  )

  it('with the request’s id, the service’s own before a gateway’s', async () => {
    const ids = [{ 'x-request-id': 'gateway' }, { 'x-request-id': 'gateway', 'x-pinecone-request-id': 'own' }]
    const api = await scriptedApi((_, response, number) => json(response, 400, {}, ids[number - 1]))
    const client = api.client()
    for (const requestId of ['gateway', 'own']) {
      expect(await failureOf(client.embed({ ...E5, inputs: ['a'] }))).toMatchObject({ requestId })
    }
  })

  it('with the first of several ids, where a gateway adds its own', async () => {
    const api = await scriptedApi((_, response) =>
      json(response, 400, {}, { 'x-request-id': ['inner', 'outer'] }),
    )
    expect(await failureOf(api.client().embed({ ...E5, inputs: ['a'] }))).toMatchObject({
      requestId: 'inner',
    })
  })
})

it('an error is short where a logger writes it, whatever it holds that was finished', async () => {
  const api = await scriptedApi((request, response, number) =>
    number === 1 ? embedAnswer(request) : json(response, 500, errorBody(500, 'INTERNAL', 'no')),
  )
  const client = api.client({ maxConcurrency: 1, maxRetries: 0 })
  const error = await failureOf(client.embedAll({ ...E5, inputs: texts(97) }))
  expect(error).toMatchObject({ inputRange: [96, 97], partial: { data: expect.any(Array) } })
  expect(JSON.stringify(error).length).toBeLessThan(1_000)
  expect(inspect(error, { depth: 9 })).not.toContain('values')
  expect(JSON.stringify(new PineconeConfigurationError('a', 'b', undefined, { cause: error }))).not.toContain(
    'cause',
  )
})

describe('what GET /models says is checked too:', () => {
  const model = {
    model: 'm',
    short_description: 'a model',
    type: 'embed',
    supported_parameters: [
      {
        parameter: 'p',
        type: 'one_of',
        value_type: 'string',
        required: true,
        allowed_values: ['a', 1],
        default: true,
      },
      { parameter: 'q', type: 'numeric_range', value_type: 'integer', min: 1, max: 3, default: null },
    ],
  }
  const [parameter] = model.supported_parameters

  it('a parameter’s values, bounds and default come as they are', async () => {
    const api = await scriptedApi(() => model)
    expect((await api.client().getModel('m')).supportedParameters).toEqual([
      {
        parameter: 'p',
        type: 'one_of',
        valueType: 'string',
        required: true,
        allowedValues: ['a', 1],
        default: true,
      },
      { parameter: 'q', type: 'numeric_range', valueType: 'integer', required: false, min: 1, max: 3 },
    ])
  })

  it.each<[string, object, string]>([
    [
      'allowed values of another kind',
      { allowed_values: [null] },
      'allowed_values holds neither strings nor numbers',
    ],
    ['a default of another kind', { default: {} }, 'default is not a string, number or boolean'],
    ['a bound that is no number', { min: '1' }, 'min is a string'],
    ['no name', { parameter: 5 }, 'parameter is the number 5, not a string'],
  ])('%s breaks the contract', async (_, change, words) => {
    const api = await scriptedApi(() => ({ ...model, supported_parameters: [{ ...parameter, ...change }] }))
    const failure = await failureOf(api.client().getModel('m'))
    expect(failure).toBeInstanceOf(PineconeResponseError)
    expect(String(failure)).toContain(words)
  })

  it('a list without models is an empty one', async () => {
    const api = await scriptedApi(() => ({}))
    expect(await api.client().listModels()).toEqual({ models: [] })
  })

  it('the filters of a list are sent', async () => {
    const api = await scriptedApi(() => ({ models: [model] }))
    const client = api.client()
    await client.listModels({ type: 'embed', vectorType: 'sparse' })
    await client.listModels({ vectorType: 'dense' })
    await client.listModels()
    expect(api.requests.map(({ path }) => path)).toEqual([
      '/models?type=embed&vector_type=sparse',
      '/models?vector_type=dense',
      '/models',
    ])
  })
})

describe('a sparse vector that cannot be one breaks the contract:', () => {
  it.each<[string, object, string]>([
    [
      'more indices than values',
      { sparse_indices: [1, 2], sparse_values: [1] },
      '2 sparse_indices for 1 value',
    ],
    ['an index below 0', { sparse_indices: [-1], sparse_values: [1] }, 'sparse_indices holds -1'],
    ['half an index', { sparse_indices: [1.5], sparse_values: [1] }, 'sparse_indices holds 1.5'],
    ['an index over 32 bits', { sparse_indices: [2 ** 32], sparse_values: [1] }, 'holds 4294967296'],
    ['no values', { sparse_indices: [1] }, 'sparse_values is missing, not an array'],
    ['a word as value', { sparse_indices: [1], sparse_values: ['1'] }, 'sparse_values[0] is a string'],
    [
      'fewer tokens than values',
      { sparse_indices: [1], sparse_values: [1], sparse_tokens: [] },
      '0 tokens for 1',
    ],
    ['a number as token', { sparse_indices: [1], sparse_values: [1], sparse_tokens: [1] }, 'not a string'],
  ])('%s', async (_, vector, words) => {
    const api = await scriptedApi(() => ({
      model: 'pinecone-sparse-english-v0',
      vector_type: 'sparse',
      data: [{ vector_type: 'sparse', ...vector }],
      usage: { total_tokens: 1 },
    }))
    const failure = await failureOf(
      api.client().embed({
        model: 'pinecone-sparse-english-v0',
        inputs: ['a'],
        parameters: { inputType: 'passage' },
      }),
    )
    expect(failure).toBeInstanceOf(PineconeResponseError)
    expect(String(failure)).toContain(words)
  })
})

describe('a model that only the service knows:', () => {
  const info = (more: object) => ({
    model: 'new-model',
    short_description: 'new',
    type: 'embed',
    vector_type: 'dense',
    supported_parameters: [],
    ...more,
  })

  it.each<[string, object, number[]]>([
    ['its batch size is kept', { max_batch_size: 2 }, [2, 1]],
    ['without one a safe one is', {}, [3]],
  ])('%s', async (_, more, sizes) => {
    const api = await scriptedApi((request) => (request.method === 'GET' ? info(more) : embedAnswer(request)))
    await api.client().embedAll({ model: 'new-model', inputs: ['a', 'b', 'c'] })
    expect(api.requests.slice(1).map(({ body }) => body.inputs.length)).toEqual(sizes)
  })

  it.each<[string, object, EmbedParameters]>([
    ['a dimension it does not have', { supported_dimensions: [8, 16] }, { dimension: 32 }],
    ['another one than its only one', { default_dimension: 8 }, { dimension: 32 }],
    ['half a dimension', {}, { dimension: 1.5 }],
    [
      'a value it does not take',
      {
        supported_parameters: [
          { parameter: 'input_type', type: 'one_of', value_type: 'string', allowed_values: ['a'] },
        ],
      },
      { inputType: 'b' },
    ],
  ])('%s is refused before anything is embedded', async (_, more, parameters) => {
    const api = await scriptedApi((request) => (request.method === 'GET' ? info(more) : embedAnswer(request)))
    const call = api.client().embedAll({ model: 'new-model', inputs: ['a', 'b'], parameters })
    expect(await failureOf(call)).toBeInstanceOf(PineconeConfigurationError)
    expect(api.requests.map(({ method }) => method)).toEqual(['GET'])
  })
})

describe('arguments of the wrong kind are refused before a request:', () => {
  type Refused = [string, string, (client: PineconeInference) => Promise<unknown>]
  const ranking = { model: 'bge-reranker-v2-m3', query: 'q' }
  it.each<Refused>([
    // biome-ignore-start lint/suspicious/noExplicitAny: what a JavaScript caller may do
    [
      'a signal that is none',
      'signal',
      (client) => client.embed({ ...E5, inputs: ['a'] }, { signal: {} as any }),
    ],
    [
      'null for a signal',
      'signal',
      (client) => client.embed({ ...E5, inputs: ['a'] }, { signal: null as any }),
    ],
    [
      'something else that tells of events',
      'signal',
      (client) => client.embed({ ...E5, inputs: ['a'] }, { signal: new EventTarget() as any }),
    ],
    [
      'null to drain a stream',
      'drain',
      (client) => client.embedStream({ ...E5, inputs: ['a'] }, { drain: null as any }).next(),
    ],
    ['no request to embed', 'request', (client) => (client.embed as any)()],
    ['null to embedAll', 'request', (client) => client.embedAll(null as any)],
    ['a text to embedStream', 'request', (client) => client.embedStream('text' as any).next()],
    ['no request to rerank', 'request', (client) => (client.rerank as any)()],
    ['no request to rerankAll', 'request', (client) => (client.rerankAll as any)()],
    [
      'another way with errors to embedAll',
      'onError',
      (client) => client.embedAll({ ...E5, inputs: ['a'] }, { onError: 'skip' as any }),
    ],
    [
      'another way with errors to embedStream',
      'onError',
      (client) => client.embedStream({ ...E5, inputs: ['a'] }, { onError: null as any }).next(),
    ],
    [
      'parameters that are none',
      'parameters',
      (client) => client.embed({ model: 'new-model', inputs: ['a'], parameters: 'query' as any }),
    ],
    [
      'null for parameters',
      'parameters',
      (client) => client.rerank({ ...ranking, documents: ['d'], parameters: null as any }),
    ],
    [
      'a BigInt as parameter',
      'parameters.dimension',
      (client) => client.embedAll({ ...E5, inputs: ['a'], parameters: { dimension: 1024n as any } }),
    ],
    [
      'a BigInt within a parameter of a model that only the service knows',
      'parameters.newOne',
      (client) =>
        client.embedStream({ model: 'new-model', inputs: ['a'], parameters: { newOne: [1n] } }).next(),
    ],
    [
      'a parameter that contains itself',
      'parameters.newOne',
      (client) => client.rerankAll({ ...ranking, documents: ['d'], parameters: { newOne: circle() } }),
    ],
    [
      'a document with a BigInt',
      'documents[1].id',
      (client) => client.rerank({ ...ranking, documents: ['d', { text: 'e', id: 5n }] }),
    ],
    [
      'a document that contains itself',
      'documents[0].of',
      (client) => client.rerank({ ...ranking, documents: [{ text: 'e', of: circle() }] }),
    ],
    [
      'tokens that the model cannot have per text',
      'parameters.maxTokensPerSequence',
      (client) =>
        client.embed({
          model: 'pinecone-sparse-english-v0',
          inputs: ['a'],
          parameters: { inputType: 'passage', maxTokensPerSequence: 700 },
        }),
    ],
    ...[0, 3073, 1.5, '10'].map(
      (maxChunksPerDoc): Refused => [
        `chunks that a document cannot have: ${JSON.stringify(maxChunksPerDoc)}`,
        'parameters.maxChunksPerDoc',
        (client) =>
          client.rerank({
            model: 'cohere-rerank-3.5',
            query: 'q',
            documents: ['d'],
            parameters: { maxChunksPerDoc: maxChunksPerDoc as any },
          }),
      ],
    ),
    [
      'documents that are no list',
      'documents',
      (client) => client.rerank({ model: 'bge-reranker-v2-m3', query: 'q', documents: 'd' as any }),
    ],
    [
      'rank fields that are none',
      'rankFields',
      (client) =>
        client.rerank({ model: 'bge-reranker-v2-m3', query: 'q', documents: ['d'], rankFields: [] }),
    ],
    [
      'inputs that cannot be read',
      'inputs',
      async (client) => {
        for await (const _ of client.embedStream({ ...E5, inputs: 7 as any })) expect.unreachable()
      },
    ],
    [
      'a batch size of nothing, though the model is not known and there is one text',
      'batchSize',
      (client) => client.embedAll({ model: 'new-model', inputs: ['a'] }, { batchSize: 0 }),
    ],
    [
      'null among the inputs',
      'inputs[1]',
      (client) => client.embedAll({ ...E5, inputs: ['a', null as any] }),
    ],
    // biome-ignore-end lint/suspicious/noExplicitAny: what a JavaScript caller may do
  ])('%s', async (_, argument, call) => {
    const api = await scriptedApi(embedAnswer)
    const failure = await failureOf(Promise.resolve().then(() => call(api.client())))
    expect(failure).toBeInstanceOf(PineconeConfigurationError)
    expect(failure).toMatchObject({ argument })
    expect(api.requests).toEqual([])
  })
})

describe('arguments that are right are sent:', () => {
  it('as many chunks per document, and tokens per text, as the model allows', async () => {
    const sparse = {
      vector_type: 'sparse',
      data: [{ vector_type: 'sparse', sparse_values: [], sparse_indices: [] }],
    }
    const api = await scriptedApi((request) =>
      request.path === '/rerank' ? rerankAnswer(request) : { ...embedAnswer(request), ...sparse },
    )
    const client = api.client()
    for (const maxChunksPerDoc of [1, 3072]) {
      await client.rerank({
        model: 'cohere-rerank-3.5',
        query: 'q',
        documents: ['d 0.5'],
        parameters: { maxChunksPerDoc },
      })
    }
    for (const maxTokensPerSequence of [512, 2048]) {
      const parameters = { inputType: 'passage', maxTokensPerSequence }
      await client.embed({ model: 'pinecone-sparse-english-v0', inputs: ['a'], parameters })
    }
    expect(api.requests.map(({ body }) => body.parameters)).toMatchObject([
      { max_chunks_per_doc: 1 },
      { max_chunks_per_doc: 3072 },
      { max_tokens_per_sequence: 512 },
      { max_tokens_per_sequence: 2048 },
    ])
  })

  it('documents with fields of any kind that JSON has, and a BigInt where it is not sent', async () => {
    const api = await scriptedApi(rerankAnswer)
    const page = { text: 'b 0.4', of: circle(), toJSON: () => ({ text: page.text }) }
    const documents = [{ text: 'a 0.5', of: { page: 1, tags: ['x'] }, at: null }, page]
    const client = api.client()
    await client.rerank({ model: 'bge-reranker-v2-m3', query: 'q', documents })
    await client.rerankAll({
      model: 'bge-reranker-v2-m3',
      query: 'q',
      documents: [{ text: 'a 0.5', id: 5n }],
    })
    expect(api.requests.map(({ body }) => body.documents)).toEqual([
      [documents[0], { text: 'b 0.4' }],
      [{ text: 'a 0.5' }],
    ])
  })
})

describe('through a fetch of the caller’s', () => {
  const secret = 'pcsk_a-very-secret-key'
  const throwing = (error: unknown) => (async () => Promise.reject(error)) as unknown as typeof fetch

  it.each<[string, () => unknown]>([
    ['in its message', () => new Error(`refused ${secret}`)],
    [
      'in its cause',
      () => new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { headers: [secret] }) }),
    ],
    ['in a map', () => Object.assign(new Error('x'), { request: new Map([['api-key', secret]]) })],
    ['in bytes', () => Object.assign(new Error('x'), { body: new TextEncoder().encode(`key ${secret}`) })],
    ['in the name of a property', () => Object.assign(new Error('x'), { [secret]: 1 })],
    [
      'in a circle',
      () => {
        const error = Object.assign(new Error('x'), { self: {}, key: secret })
        error.self = error
        return error
      },
    ],
    ['as no error at all', () => `no ${secret}`],
  ])('an error shows no key: %s', async (_, error) => {
    const api = await scriptedApi(embedAnswer)
    const client = api.client({ apiKey: secret, fetch: throwing(error()), maxRetries: 0 })
    const failure = await failureOf(client.embed({ ...E5, inputs: ['a'] }))
    expect(failure).toBeInstanceOf(PineconeConnectionError)
    expect(inspect(failure, { depth: 12, showHidden: true })).not.toContain(secret)
  })

  it('an error without a key is kept as the cause, with its code', async () => {
    const cause = Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' })
    const api = await scriptedApi(embedAnswer)
    const client = api.client({ fetch: throwing(new TypeError('fetch failed', { cause })), maxRetries: 0 })
    const failure = await failureOf(client.embed({ ...E5, inputs: ['a'] }))
    expect(failure).toMatchObject({ code: 'EHOSTUNREACH', cause })
  })

  it('reports what was thrown, even if it is not an error', async () => {
    const api = await scriptedApi(embedAnswer)
    const client = api.client({ fetch: throwing('no network here'), maxRetries: 0 })
    const failure = await failureOf(client.embed({ ...E5, inputs: ['a'] }))
    expect(failure).toBeInstanceOf(PineconeConnectionError)
    expect(failure).toMatchObject({ message: expect.stringMatching(/: no network here$/), code: undefined })
  })

  it('an abort ends the body, though that fetch takes no notice of the signal', async () => {
    const cancelled = vi.fn()
    const pulled = vi.fn()
    const body = new ReadableStream({ pull: pulled, cancel: cancelled }, { highWaterMark: 0 })
    const api = await scriptedApi(embedAnswer)
    const client = api.client({ fetch: async () => new Response(body) })
    const abort = new AbortController()
    const call = failureOf(client.embed({ ...E5, inputs: ['a'] }, { signal: abort.signal }))
    await vi.waitUntil(() => pulled.mock.calls.length > 0)
    abort.abort(new Error('enough'))
    expect(await call).toBe(abort.signal.reason)
    await vi.waitUntil(() => cancelled.mock.calls.length > 0)
  })

  it('an abort in the middle of the body ends the request on the wire', async () => {
    const api = await scriptedApi((_, response) => void response.writeHead(200).write('{"model":'))
    const bodies: ReadableStream[] = []
    const withBody: typeof fetch = async (...request) => {
      const response = await fetch(...request)
      if (response.body) bodies.push(response.body)
      return response
    }
    const abort = new AbortController()
    const call = failureOf(
      api.client({ fetch: withBody }).embed({ ...E5, inputs: ['a'] }, { signal: abort.signal }),
    )
    await vi.waitUntil(() => bodies[0]?.locked, { timeout: 10_000 })
    abort.abort(new Error('enough'))
    expect(await call).toBe(abort.signal.reason)
    await vi.waitUntil(() => api.inFlight === 0)
  })

  it('an answer whose head comes after the abort is not read', async () => {
    const cancelled = vi.fn()
    const fetching = event<Response>()
    const api = await scriptedApi(embedAnswer)
    const asked = vi.fn(() => fetching.happened)
    const abort = new AbortController()
    const call = failureOf(
      api.client({ fetch: asked }).embed({ ...E5, inputs: ['a'] }, { signal: abort.signal }),
    )
    await vi.waitUntil(() => asked.mock.calls.length > 0)
    abort.abort(new Error('enough'))
    expect(await call).toBe(abort.signal.reason)
    fetching.happen(new Response(new ReadableStream({ cancel: cancelled })))
    await vi.waitUntil(() => cancelled.mock.calls.length > 0)
  })

  it('an answer without a body is one cut short', async () => {
    const api = await scriptedApi(embedAnswer)
    const client = api.client({ fetch: async () => new Response(null, { status: 200 }) })
    const failure = await failureOf(client.embed({ ...E5, inputs: ['a'] }))
    expect(failure).toBeInstanceOf(PineconeResponseError)
    expect(failure).not.toBeInstanceOf(PineconeApiError)
  })

  it('requests, answers and refusals are the same', async () => {
    const api = await scriptedApi((request, response) =>
      request.method === 'GET'
        ? json(response, 404, { error: { code: 'NOT_FOUND', message: 'no' } })
        : embedAnswer(request),
    )
    const client = api.client({ fetch })
    expect((await client.embedAll({ ...E5, inputs: ['a', 'b'] })).data).toHaveLength(2)
    expect(await failureOf(client.getModel('x'))).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    expect(api.requests[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-pinecone-api-version': '2025-10',
    })
  })
})

describe.each([
  ['undici', {}],
  ['fetch', { fetch }],
])('an error answer without an end, through %s,', (_, options) => {
  it('is read for a megabyte, and told in one short line', async () => {
    const page = '<p>The gateway is busy.</p>\n'.repeat(4_000)
    const api = await scriptedApi((_, response) => {
      response.writeHead(502, { 'content-type': 'text/html' })
      const send = () => {
        while (response.writable && response.write(page));
      }
      response.on('drain', send)
      send()
    })
    const client = api.client({ ...options, maxRetries: 0 })
    const error = await failureOf(client.embed({ ...E5, inputs: ['one'] }))
    expect(error).toBeInstanceOf(PineconeServerError)
    expect(String(error).length).toBeLessThan(300)
    expect(String(error)).toContain('502: <p>The gateway is busy.</p>')
    await vi.waitUntil(() => api.inFlight === 0)
  })

  it('whose code and message are endless has both cut', async () => {
    const endless = 'x'.repeat(400_000)
    const api = await scriptedApi((_, response) => json(response, 400, errorBody(400, endless, endless)))
    const error = await failureOf(api.client(options).embed({ ...E5, inputs: ['one'] }))
    expect(error).toBeInstanceOf(PineconeInvalidRequestError)
    expect(String(error).length).toBeLessThan(2_100)
    expect((error as PineconeApiError).code?.length).toBeLessThan(110)
  })
})
