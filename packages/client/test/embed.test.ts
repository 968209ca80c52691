import { beforeEach, describe, expect, it, vi } from 'vitest'
import { PineconeConfigurationError, PineconeResponseError } from '../dist/index.js'
import { E5, embedAnswer, scriptedApi, texts, vectorOf } from './scripted-api.js'

beforeEach(() => {
  // No backoff: the waits between attempts are drawn from 0 to their longest.
  vi.spyOn(Math, 'random').mockReturnValue(0)
  return () => vi.restoreAllMocks()
})

describe('embed', () => {
  it('sends one request in the contract’s form and returns the answer in camelCase', async () => {
    const api = await scriptedApi(embedAnswer)
    const result = await api.client({ sourceTag: 'My App!' }).embed({
      model: 'llama-text-embed-v2',
      inputs: ['a', 'b'],
      parameters: { inputType: 'query', truncate: 'NONE', maxTokensPerSequence: 9 },
    })

    expect(result).toEqual({
      model: 'llama-text-embed-v2',
      vectorType: 'dense',
      data: [
        { vectorType: 'dense', values: vectorOf('a') },
        { vectorType: 'dense', values: vectorOf('b') },
      ],
      usage: { totalTokens: 2 },
    })
    expect(api.requests).toHaveLength(1)
    expect(api.requests[0]).toMatchObject({
      method: 'POST',
      path: '/embed',
      body: {
        model: 'llama-text-embed-v2',
        inputs: [{ text: 'a' }, { text: 'b' }],
        parameters: { input_type: 'query', truncate: 'NONE', max_tokens_per_sequence: 9 },
      },
      headers: {
        'api-key': 'pcsk_test-key',
        'x-pinecone-api-version': '2025-10',
        'content-type': 'application/json',
      },
    })
    expect(api.requests[0]?.headers['user-agent']).toMatch(
      /^@pinecone-inference\/client v\S+; lang=typescript; node v[\d.]+; source_tag=my_app$/,
    )
  })

  it('returns sparse vectors with their tokens, where they were asked for', async () => {
    const sparse = { vector_type: 'sparse', sparse_values: [0.5], sparse_indices: [4294967295] }
    const api = await scriptedApi((request) => ({
      model: request.body.model,
      vector_type: 'sparse',
      data: [{ ...sparse, sparse_tokens: ['a'] }, sparse, { ...sparse, sparse_tokens: null }],
      usage: { total_tokens: 1 },
    }))
    const { data, vectorType } = await api.client().embed({
      model: 'pinecone-sparse-english-v0',
      inputs: ['a', 'b', 'c'],
      parameters: { inputType: 'passage', returnTokens: true },
    })
    expect(vectorType).toBe('sparse')
    const bare = { vectorType: 'sparse', sparseValues: [0.5], sparseIndices: [4294967295] }
    expect(data).toStrictEqual([{ ...bare, sparseTokens: ['a'] }, bare, bare])
  })

  it('returns nothing for nothing and sends nothing', async () => {
    const api = await scriptedApi(embedAnswer)
    expect(await api.client().embed({ ...E5, inputs: [] })).toEqual({
      model: 'multilingual-e5-large',
      vectorType: 'dense',
      data: [],
      usage: { totalTokens: 0 },
    })
    expect(api.requests).toHaveLength(0)
  })

  it('returns nothing for nothing, of a model that only the service knows', async () => {
    const api = await scriptedApi(embedAnswer)
    expect(await api.client().embed({ model: 'new-model', inputs: [] })).toEqual({
      model: 'new-model',
      vectorType: 'dense',
      data: [],
      usage: { totalTokens: 0 },
    })
    expect(api.requests).toHaveLength(0)
  })

  it('does not change what the caller passed in', async () => {
    const api = await scriptedApi(embedAnswer)
    const request = Object.freeze({
      model: 'multilingual-e5-large',
      inputs: Object.freeze(['a', 'b']),
      parameters: Object.freeze({ inputType: 'passage', dimension: 1024, truncate: undefined as never }),
    })
    await api.client().embed(request)
    expect(api.requests[0]?.body.parameters).toEqual({ input_type: 'passage' })
  })

  it.each([
    ['an empty text', { ...E5, inputs: ['a', ''] }, 'inputs[1]'],
    ['a text that is not a string', { ...E5, inputs: ['a', 'b', 3] }, 'inputs[2]'],
    ['a hole in the list', { ...E5, inputs: new Array(2).fill('a', 1) }, 'inputs[0]'],
    ['texts that are no list', { ...E5, inputs: 'a' }, 'inputs'],
    ['an empty model', { ...E5, model: ' ', inputs: ['a'] }, 'model'],
    ['a model of another kind', { ...E5, model: 'bge-reranker-v2-m3', inputs: ['a'] }, 'model'],
    ['no input type', { model: 'multilingual-e5-large', inputs: ['a'] }, 'parameters.inputType'],
    [
      'an unknown input type',
      { ...E5, inputs: ['a'], parameters: { inputType: 'document' } },
      'parameters.inputType',
    ],
    [
      'a dimension the model lacks',
      { ...E5, inputs: ['a'], parameters: { ...E5.parameters, dimension: 768 } },
      'parameters.dimension',
    ],
    ['more than one request holds', { ...E5, inputs: texts(97) }, 'inputs'],
  ])('refuses %s before sending anything', async (_, request, argument) => {
    const api = await scriptedApi(embedAnswer)
    const failure = await api
      .client()
      .embed(request as never)
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(PineconeConfigurationError)
    expect(failure).toMatchObject({ argument })
    expect(api.requests).toHaveLength(0)
  })

  it('names what a refused parameter may be', async () => {
    const api = await scriptedApi(embedAnswer)
    await expect(
      api.client().embed({
        model: 'llama-text-embed-v2',
        inputs: ['a'],
        // @ts-expect-error the types refuse it too
        parameters: { inputType: 'query', dimension: 5 },
      }),
    ).rejects.toMatchObject({
      message:
        'parameters.dimension is 5, which llama-text-embed-v2 does not support; allowed: 384, 512, 768, 1024, 2048',
      allowed: [384, 512, 768, 1024, 2048],
    })
  })
})

describe('an answer that breaks the contract is refused whole', () => {
  const dense = (values: unknown) => ({ vector_type: 'dense', values })
  const answer = (overrides: object) => ({
    model: 'm',
    vector_type: 'dense',
    usage: { total_tokens: 2 },
    ...overrides,
  })

  it.each([
    ['too few embeddings', answer({ data: [dense([1])] }), '1 embedding for 2 inputs'],
    ['too many embeddings', answer({ data: [dense([1]), dense([1]), dense([1])] }), '3 embeddings'],
    ['no data', answer({}), 'data is missing'],
    ['no usage', { model: 'm', vector_type: 'dense', data: [dense([1]), dense([2])] }, 'usage is missing'],
    [
      'dimensions that differ',
      answer({ data: [dense([1, 2]), dense([1])] }),
      'data[1] has 1 dimension, but data[0] has 2',
    ],
    ['an empty vector', answer({ data: [dense([]), dense([])] }), 'data[0] has 0 dimensions'],
    ['a null in a vector', answer({ data: [dense([1]), dense([null])] }), 'data[1].values[0] is null'],
    [
      'a null behind a number',
      answer({ data: [dense([1, null]), dense([1, 2])] }),
      'data[0].values[1] is null',
    ],
    ['a string in a vector', answer({ data: [dense(['1']), dense([1])] }), 'data[0].values[0] is a string'],
    ['types that differ', answer({ data: [dense([1]), { vector_type: 'sparse' }] }), 'data[1] is sparse'],
    [
      'another type than the model’s',
      answer({
        vector_type: 'sparse',
        data: ['a', 'b'].map(() => ({ vector_type: 'sparse', sparse_values: [1], sparse_indices: [2] })),
      }),
      'vector_type is sparse, but multilingual-e5-large makes dense vectors',
    ],
    [
      'an unknown type',
      answer({ vector_type: 'binary', data: [dense([1]), dense([1])] }),
      'vector_type is a string, not dense or sparse',
    ],
    ['an array for an object', [], 'the answer is an array'],
  ])('%s', async (_, body, words) => {
    const api = await scriptedApi(() => body)
    const failure = await api
      .client({ maxRetries: 0 })
      .embed({ ...E5, inputs: ['a', 'b'] })
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(PineconeResponseError)
    expect((failure as Error).message).toContain(words)
  })

  it.each([
    [
      'a number past the largest double',
      '{"model":"m","vector_type":"dense","data":[{"vector_type":"dense","values":[1e999]}],"usage":{}}',
      'Infinity',
    ],
    ['JSON cut short', '{"model":"m","data":[{"values":[0.1', 'not JSON'],
    ['no JSON', '<html>hello</html>', 'not JSON'],
    ['an empty body', '', 'not JSON'],
  ])('%s', async (_, body, words) => {
    const api = await scriptedApi((_request, response) => response.end(body) && undefined)
    const failure = await api
      .client({ maxRetries: 0 })
      .embed({ ...E5, inputs: ['a'] })
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(PineconeResponseError)
    expect((failure as Error).message).toContain(words)
  })
})

it('prototype-polluting keys in an answer do no harm', async () => {
  const api = await scriptedApi((_request, response) => {
    const evil = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}'
    const data = `[{${evil},"vector_type":"dense","values":${JSON.stringify(vectorOf('a'))}}]`
    response.end(`{${evil},"model":"m","vector_type":"dense","data":${data},"usage":{${evil}}}`)
  })
  const result = await api.client().embed({ ...E5, inputs: ['a'] })
  expect(result.data).toEqual([{ vectorType: 'dense', values: vectorOf('a') }])
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
  expect((result as { polluted?: number }).polluted).toBeUndefined()
})
