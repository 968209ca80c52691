import { describe, expect, it } from 'vitest'
import { PineconeConfigurationError, PineconeConnectionError, PineconeInference } from '../dist/index.js'
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

const model = 'bge-reranker-v2-m3'

/** What a caller may do with its own objects once it has the promise. */
describe('what the caller changes after the call has begun', () => {
  it.each(['embed', 'embedAll'] as const)('changes nothing of %s', async (method) => {
    const api = await scriptedApi(embedAnswer)
    const inputs = texts(method === 'embed' ? 96 : 1_000)
    const expected = inputs.map((text) => ({ vectorType: 'dense', values: vectorOf(text) }))
    const parameters: { inputType: 'passage' | 'query' } = { inputType: 'passage' }
    const request = { ...E5, inputs, parameters }
    const result = api.client({ maxConcurrency: 1 })[method](request)
    inputs.length = 0
    parameters.inputType = 'query'
    expect((await result).data).toEqual(expected)
    const sent = api.requests.map(({ body }) => body.parameters.input_type)
    expect(new Set(sent)).toEqual(new Set(['passage']))
  })

  it.each(['rerank', 'rerankAll'] as const)('changes nothing of %s', async (method) => {
    const api = await scriptedApi(rerankAnswer)
    const documents = Array.from({ length: method === 'rerank' ? 100 : 1_000 }, (_, i) => `document 0.${i}`)
    const rankFields = ['text']
    const request = { model, query: 'q', documents, rankFields }
    const expected = await api.client()[method]({ ...request, documents: [...documents] })
    const result = api.client({ maxConcurrency: 1 })[method](request)
    documents.length = 0
    rankFields[0] = 'title'
    expect(await result).toEqual(expected)
  })

  it('changes no parameters of a stream', async () => {
    const api = await scriptedApi(embedAnswer)
    const parameters: { inputType: 'passage' | 'query' } = { inputType: 'passage' }
    for await (const { index } of api
      .client({ maxConcurrency: 1 })
      .embedStream({ ...E5, inputs: texts(1_000), parameters })) {
      if (index === 0) parameters.inputType = 'query'
    }
    const sent = api.requests.map(({ body }) => body.parameters.input_type)
    expect(new Set(sent)).toEqual(new Set(['passage']))
  })
})

describe('a request may be an object whose fields are getters of its class:', () => {
  class Texts {
    get model() {
      return E5.model
    }
    get inputs() {
      return ['a']
    }
    get parameters() {
      return E5.parameters
    }
  }
  class Documents {
    get model() {
      return model
    }
    get query() {
      return 'q'
    }
    get documents() {
      return ['document 0.5']
    }
  }

  it('embed, embedAll and embedStream', async () => {
    const api = await scriptedApi(embedAnswer)
    const client = api.client()
    const { data } = await client.embed(new Texts())
    expect(await client.embedAll(new Texts())).toMatchObject({ data })
    for await (const item of client.embedStream(new Texts()))
      expect(item).toMatchObject({ embedding: data[0] })
  })

  it('rerank and rerankAll', async () => {
    const api = await scriptedApi(rerankAnswer)
    const data = [{ index: 0, score: 0.5, document: { text: 'document 0.5' } }]
    expect(await api.client().rerank(new Documents())).toMatchObject({ data })
    expect(await api.client().rerankAll(new Documents())).toMatchObject({ data })
  })
})

it('a misspelt reranker is refused with the rerankers of the service alone', async () => {
  const api = await scriptedApi(({ path }, response) => {
    if (!path.startsWith('/models?')) return json(response, 404, errorBody(404, 'NOT_FOUND', 'no such model'))
    expect(path).toBe('/models?type=rerank')
    const own = { model, short_description: '', type: 'rerank', modality: 'text', supported_parameters: [] }
    return { models: [own] }
  })
  const call = api.client().rerankAll({ model: 'bge-reranker-v2-m2', query: 'q', documents: ['a', 'b'] })
  await expect(call).rejects.toMatchObject({ argument: 'model', allowed: [model] })
})

describe('is refused before anything is sent, and named:', () => {
  const embed = { ...E5, inputs: ['a'] }
  const rerank = { model, query: 'q', documents: ['a'] as (string | object)[] }
  const boom = () => {
    throw new Error('boom')
  }
  const thrower = (name: string) =>
    Object.defineProperty({ text: 'a' }, name, { get: boom, enumerable: true })
  // biome-ignore lint/suspicious/noExplicitAny: what a program in JavaScript may give
  type Calls = Record<string, (client: ReturnType<Api['client']>) => any>
  type Api = Awaited<ReturnType<typeof scriptedApi>>

  it.each<[string, Calls[string], RegExp]>([
    [
      'a symbol as a parameter',
      (c) => c.embed({ ...embed, parameters: { inputType: Symbol('p') as never } }),
      /inputType is|parameters.inputType cannot/,
    ],
    [
      'a dimension that is a text',
      (c) => c.embed({ ...embed, parameters: { inputType: 'passage', dimension: '1024' as never } }),
      /^parameters.dimension is "1024"; it must be a number; allowed: 1024$/,
    ],
    [
      'a parameter as the API spells it',
      (c) => c.embed({ ...embed, parameters: { input_type: 'passage' } as never }),
      /^parameters.input_type is not a parameter; did you mean inputType\?$/,
    ],
    [
      'a parameter in both spellings',
      (c) => c.embed({ ...embed, parameters: { inputType: 'passage', input_type: 'query' } as never }),
      /^parameters.input_type is not a parameter; did you mean inputType\?$/,
    ],
    [
      'both spellings of a parameter of a model of your own',
      (c) => c.embed({ ...embed, model: 'mine', parameters: { maxTerms: 5, max_terms: 6 } }),
      /^parameters.max_terms is not a parameter; did you mean maxTerms\?$/,
    ],
    [
      'a BigInt as a parameter',
      (c) => c.embed({ ...embed, model: 'mine', parameters: { seed: 5n } }),
      /^parameters.seed cannot be sent as JSON: it is or contains a bigint$/,
    ],
    [
      'a number that JSON has not',
      (c) => c.embed({ ...embed, model: 'mine', parameters: { temperature: Number.NaN } }),
      /^parameters.temperature cannot be sent as JSON/,
    ],
    [
      'a function within a parameter',
      (c) => c.embed({ ...embed, model: 'mine', parameters: { hooks: { done() {} } } }),
      /^parameters.hooks cannot be sent as JSON/,
    ],
    [
      'an array of parameters',
      (c) => c.embed({ ...embed, parameters: ['passage'] as never }),
      /^parameters is an array; it must be an object/,
    ],
    [
      'a BigInt as encoding',
      (c) => c.embed({ ...embed, encoding: 5n as never }),
      /^encoding is 5n; allowed: number, float32/,
    ],
    [
      'a rank field that is a symbol',
      (c) => c.rerank({ ...rerank, rankFields: [Symbol('f') as never] }),
      /^rankFields\[0\] is Symbol\(f\)/,
    ],
    [
      'a text as rank fields',
      (c) => c.rerank({ ...rerank, rankFields: 'text' as never }),
      /^rankFields must be an array/,
    ],
    [
      'a text as returnDocuments',
      (c) => c.rerank({ ...rerank, returnDocuments: 'no' as never }),
      /^returnDocuments is "no"/,
    ],
    [
      'a Map as a document',
      (c) => c.rerank({ ...rerank, documents: ['a', new Map([['text', 'b']])] }),
      /^documents\[1\] must be a string or an object of fields/,
    ],
    [
      'a text to rank by that cannot be read',
      (c) => c.rerankAll({ ...rerank, documents: ['a', thrower('text')] }),
      /^documents\[1\].text cannot be read: boom/,
    ],
    [
      'a field that cannot be read',
      (c) => c.rerank({ ...rerank, documents: ['a', thrower('price')] }),
      /^documents\[1\].price cannot be sent as JSON: boom/,
    ],
    [
      'a document whose toJSON throws',
      (c) => c.rerank({ ...rerank, documents: [{ text: 'a', toJSON: boom }] }),
      /^documents\[0\] cannot be sent as JSON: boom/,
    ],
    [
      'a type of models that there is not',
      (c) => c.listModels({ type: Symbol('t') as never }),
      /^type is Symbol\(t\); allowed: embed, rerank/,
    ],
    [
      'null as the options of a stream',
      (c) => c.embedStream(embed, null as never).next(),
      /^options of embedStream are null/,
    ],
  ])('%s', async (_, call, message) => {
    const api = await scriptedApi(embedAnswer)
    const error = await Promise.resolve(call(api.client())).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(PineconeConfigurationError)
    expect((error as Error).message).toMatch(message)
    expect(api.requests).toHaveLength(0)
  })

  it('an address that is not a string', () => {
    const symbol = Symbol('url') as never
    expect(() => new PineconeInference({ apiKey: 'key', baseUrl: symbol })).toThrow('baseUrl is Symbol(url)')
  })
})

it.each([
  ['an object without a prototype', Object.create(null)],
  [
    'a proxy that cannot be read',
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap')
        },
      },
    ),
  ],
  ['nothing', undefined],
])('a fetch that throws %s has failed to connect', async (_, thrown) => {
  const fetch = () => Promise.reject(thrown)
  const client = new PineconeInference({ apiKey: 'key', fetch, maxRetries: 0 })
  await expect(client.embed({ ...E5, inputs: ['a'] })).rejects.toBeInstanceOf(PineconeConnectionError)
})
