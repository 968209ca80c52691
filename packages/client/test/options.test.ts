import { describe, expect, it } from 'vitest'
import { checkOptions, DocumentAndQueryCalls, EMBEDDING_FIELDS, RerankCalls } from '../dist/adapters.js'
import { PineconeConfigurationError, PineconeInference } from '../dist/index.js'
import { E5, embedAnswer, scriptedApi } from './scripted-api.js'

const refusalOf = (work: () => unknown): PineconeConfigurationError => {
  try {
    work()
  } catch (error) {
    if (error instanceof PineconeConfigurationError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('an option that does not exist', () => {
  it.each([
    ['baseURL', 'baseUrl'],
    ['base_url', 'baseUrl'],
    ['controllerHostUrl', 'baseUrl'],
    ['maxRetry', 'maxRetries'],
    ['max_retries', 'maxRetries'],
    ['maxConcurency', 'maxConcurrency'],
    ['additionalHeaders', 'headers'],
    ['apikey', 'apiKey'],
    ['timeOut', 'timeout'],
    ['ratelimit', 'rateLimit'],
    ['sourceTags', 'sourceTag'],
    ['fetchApi', 'fetch'],
  ])('%s of the client is refused, with %s as the right name', (name, right) => {
    const error = refusalOf(() => new PineconeInference({ apiKey: 'key', [name]: 'http://127.0.0.1:9' }))
    expect(error.argument).toBe(name)
    expect(error.message).toBe(`${name} is not an option of PineconeInference; did you mean ${right}?`)
  })

  it('that is near no other is refused with the list of all', () => {
    const error = refusalOf(() => new PineconeInference({ apiKey: 'key', ...{ telemetry: true } }))
    expect(error.argument).toBe('telemetry')
    expect(error.allowed).toContain('baseUrl')
  })

  it('never comes with its value, which may be a key', () => {
    const error = refusalOf(() => new PineconeInference({ ...({ api_key: 'pcsk_secret' } as object) }))
    expect(error.message).toContain('apiKey')
    expect(error.message).not.toContain('pcsk_secret')
  })

  it('is refused inside of rateLimit', () => {
    const rateLimit = { tokensPerMin: 10 } as object
    expect(refusalOf(() => new PineconeInference({ apiKey: 'key', rateLimit })).argument).toBe(
      'rateLimit.tokensPerMin',
    )
  })

  it('that is undefined counts as not given', () => {
    new PineconeInference({ apiKey: 'key', ...{ baseURL: undefined } })
  })

  it.each([null, 8, 'key', [['apiKey', 'key']]])('is not looked for in %j', (options) => {
    // @ts-expect-error not an object
    expect(() => new PineconeInference(options)).toThrow(
      /options of PineconeInference are .*must be an object/,
    )
  })
})

describe('in every call, before anything is sent', () => {
  it.each<[string, string, (client: PineconeInference, unknown: object) => unknown]>([
    ['input', 'inputs', (client, unknown) => client.embed({ ...E5, inputs: ['a'], ...unknown })],
    [
      'inputType',
      'parameters.inputType',
      (client, unknown) => client.embedAll({ ...E5, inputs: ['a'], ...unknown }),
    ],
    [
      'outputDimension',
      'parameters.dimension',
      (client, unknown) => client.embed({ ...E5, inputs: ['a'], ...unknown }),
    ],
    [
      'maxChunksPerDoc',
      'parameters.maxTokensPerDoc',
      (client, unknown) => client.rerank({ model: 'm', query: 'q', documents: ['a'], ...unknown }),
    ],
    ['params', 'parameters', (client, unknown) => client.embed({ ...E5, inputs: ['a'], ...unknown })],
    [
      'dimensions',
      'parameters.dimension',
      (client, unknown) => client.embedStream({ ...E5, inputs: ['a'], ...unknown }).next(),
    ],
    [
      'top_n',
      'topN',
      (client, unknown) => client.rerank({ model: 'm', query: 'q', documents: ['a'], ...unknown }),
    ],
    [
      'topK',
      'topN',
      (client, unknown) => client.rerankAll({ model: 'm', query: 'q', documents: ['a'], ...unknown }),
    ],
    ['vector_type', 'vectorType', (client, unknown) => client.listModels({ ...unknown })],
    ['abortSignal', 'signal', (client, unknown) => client.embed({ ...E5, inputs: ['a'] }, { ...unknown })],
    [
      'progressCallback',
      'onProgress',
      (client, unknown) => client.embedAll({ ...E5, inputs: ['a'] }, { ...unknown }),
    ],
    [
      'maxBatchSize',
      'batchSize',
      (client, unknown) => client.embedStream({ ...E5, inputs: ['a'] }, { ...unknown }).next(),
    ],
    ['time_out', 'timeout', (client, unknown) => client.getModel('m', { ...unknown })],
  ])('%s is refused, with %s as the right name', async (name, right, call) => {
    const api = await scriptedApi(embedAnswer)
    const refused = Promise.resolve(call(api.client(), { [name]: 'query' }))
    await expect(refused).rejects.toMatchObject({
      name: 'PineconeConfigurationError',
      argument: name,
      message: expect.stringContaining(`did you mean ${right}?`),
    })
    expect(api.requests).toEqual([])
  })

  it('null in place of the options is refused by name', async () => {
    const api = await scriptedApi(embedAnswer)
    // @ts-expect-error null
    const refused = api.client().embedAll({ ...E5, inputs: ['a'] }, null)
    await expect(refused).rejects.toMatchObject({ argument: 'options' })
  })
})

describe('an adapter’s option', () => {
  it.each([
    ['inputType', 'documentParameters.inputType or queryParameters.inputType'],
    ['params', 'documentParameters or queryParameters'],
    ['outputDimension', 'dimension'],
    ['fetchApi', 'fetch'],
  ])('%s is refused, with %s as the right name', (name, right) => {
    const check = () => checkOptions({ [name]: 'x' }, { ...EMBEDDING_FIELDS, dimension: true }, 'Embeddings')
    expect(refusalOf(check).message).toContain(`did you mean ${right}?`)
  })

  it.each(['documentParameters', 'queryParameters'])('%s must be an object', (name) => {
    for (const value of [null, 'query', ['query']] as never[]) {
      const build = () => new DocumentAndQueryCalls(E5.model, 'dense', { apiKey: 'key', [name]: value })
      expect(refusalOf(build)).toMatchObject({ argument: name, message: expect.stringMatching(/^\w+ is /) })
    }
  })
})

describe('an adapter’s client', () => {
  const client = () => new PineconeInference({ apiKey: 'key' })

  it('cannot be given together with options of one', () => {
    const both = { client: client(), baseUrl: 'http://127.0.0.1:9' } as object
    expect(refusalOf(() => new RerankCalls(both)).argument).toBe('baseUrl')
    expect(refusalOf(() => new DocumentAndQueryCalls(E5.model, 'dense', both)).argument).toBe('baseUrl')
  })
})
