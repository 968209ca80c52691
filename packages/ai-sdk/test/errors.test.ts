import { APICallError } from '@ai-sdk/provider'
import {
  PineconeAuthenticationError,
  PineconeConnectionError,
  PineconeInferenceError,
  PineconeServerError,
} from '@pinecone-inference/client'
import { describe, expect, it } from 'vitest'
import { createPinecone } from '../dist/index.js'
import { emulated } from './emulated.js'
import { eachSdk } from './frameworks.js'

const E5 = 'multilingual-e5-large'
const VECTOR = new Array(1024).fill(0.5)
const values = Array.from({ length: 200 }, (_, i) => `passage ${i}`)

function caught(promise: Promise<unknown>): Promise<APICallError> {
  return promise.then(
    () => expect.fail('it did not fail'),
    (error) => error,
  )
}

eachSdk('what fails', ({ embed, embedMany, rerank }) => {
  it('is retried by the client, and not again by the SDK', async () => {
    const { emulator, pinecone } = await emulated({}, { maxRetries: 1 })
    emulator.faults.add({ fault: { kind: 'status', status: 503, message: 'secret-free', retryAfter: 0 } })
    const error = await caught(
      embed({ model: pinecone.embedding(E5, { inputType: 'query' }), value: 'q', maxRetries: 2 }),
    )
    expect(emulator.requests).toHaveLength(2)
    expect(APICallError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({
      statusCode: 503,
      isRetryable: false,
      url: `${emulator.url}/embed`,
      requestBodyValues: { model: E5, inputType: 'query' },
      responseHeaders: { 'retry-after': '0' },
    })
    expect(error.cause).toBeInstanceOf(PineconeServerError)
    expect(error.message).toBe((error.cause as Error).message)
  })

  it('is retried by the SDK if the client is told not to', async () => {
    const { emulator, pinecone } = await emulated({}, { maxRetries: 0 })
    emulator.faults.add({ call: [1, 2], fault: { kind: 'status', status: 429, retryAfter: 0 } })
    const { embedding } = await embed({ model: pinecone.embedding(E5, { inputType: 'query' }), value: 'q' })
    expect(embedding).toHaveLength(1024)
    expect(emulator.requests.map(({ status }) => status)).toEqual([429, 429, 200])
  })

  it('is not retried where that cannot help', async () => {
    const { emulator, pinecone } = await emulated({ apiKey: 'another' }, { maxRetries: 0 })
    const error = await caught(embedMany({ model: pinecone.embedding(E5, { inputType: 'passage' }), values }))
    expect(error).toMatchObject({ name: 'AI_APICallError', statusCode: 401, isRetryable: false })
    expect(error.cause).toBeInstanceOf(PineconeAuthenticationError)
    expect(emulator.requests.length).toBeLessThanOrEqual(3)
  })

  it('keeps what was finished, and tells what failed', async () => {
    const { emulator, pinecone } = await emulated({}, { maxConcurrency: 1 })
    emulator.faults.add({ call: 2, fault: { kind: 'status', status: 400, message: 'not this one' } })
    const error = await caught(embedMany({ model: pinecone.embedding(E5, { inputType: 'passage' }), values }))
    expect(JSON.stringify(error).length).toBeLessThan(3_000)
    const { cause } = error
    expect(cause).toBeInstanceOf(PineconeInferenceError)
    const { inputRange, partial } = cause as PineconeInferenceError
    expect(inputRange).toEqual([96, 192])
    expect(partial?.data.length).toBeGreaterThanOrEqual(96)
  })

  it('has the headers of the answer that refused it, even if others came later', async () => {
    const { emulator, pinecone } = await emulated({ latency: 20 }, { maxConcurrency: 3 })
    emulator.faults.add({ call: 1, fault: { kind: 'status', status: 400 } })
    const error = await caught(embedMany({ model: pinecone.embedding(E5, { inputType: 'passage' }), values }))
    expect(error).toMatchObject({ statusCode: 400, responseHeaders: { 'content-type': expect.any(String) } })
  })

  it('without an answer has no status', async () => {
    const pinecone = createPinecone({ apiKey: 'offline', baseUrl: 'http://127.0.0.1:1', maxRetries: 0 })
    const documents = ['a', 'b']
    const call = { model: pinecone.reranking('bge-reranker-v2-m3'), query: 'a', documents, maxRetries: 0 }
    const error = await caught(rerank(call))
    expect(error).toMatchObject({
      statusCode: undefined,
      isRetryable: true,
      url: 'http://127.0.0.1:1/rerank',
    })
    expect(error.cause).toBeInstanceOf(PineconeConnectionError)
  })

  it('by an abort rejects with its reason, and ends the requests', async () => {
    const { emulator, pinecone } = await emulated()
    emulator.faults.add({ fault: { kind: 'stall', at: 'headers' } })
    const stop = new AbortController()
    const model = pinecone.embedding(E5, { inputType: 'passage' })
    const embedding = embedMany({ model, values, abortSignal: stop.signal })
    const reason = new Error('enough')
    await expect.poll(() => emulator.requests.length).toBeGreaterThan(0)
    stop.abort(reason)
    await expect(embedding).rejects.toBe(reason)
    expect(emulator.requests.length).toBeLessThanOrEqual(3)
  })

  it('shows neither key nor texts', async () => {
    const { pinecone } = await emulated({ apiKey: 'another' }, { apiKey: 'pcsk_secret-key' })
    const model = pinecone.embedding(E5, { inputType: 'passage' })
    const error = await caught(embed({ model, value: 'a private text' }))
    const everything = JSON.stringify({ ...error, message: error.message, stack: error.stack })
    expect(everything).not.toContain('pcsk_secret-key')
    expect(everything).not.toContain('a private text')
  })
})

it.each([200, 403])('headers of a %i answer repeat neither key nor secret header', async (status) => {
  const echo: typeof fetch = async (_, init) => {
    const sent = new Headers(init?.headers)
    const headers = { 'x-echo': `${sent.get('api-key')} ${sent.get('x-tenant')}` }
    const answer = {
      model: E5,
      vector_type: 'dense',
      data: [{ vector_type: 'dense', values: VECTOR }],
      usage: {},
    }
    return Response.json(status === 200 ? answer : { error: 'no' }, { status, headers })
  }
  const pinecone = createPinecone({ apiKey: 'pcsk_secret-key', fetch: echo })
  const call = { values: ['a'], headers: { 'X-Tenant': 'tenant-secret' } }
  const answer = await Promise.resolve(pinecone.embedding(E5, { inputType: 'query' }).doEmbed(call)).then(
    ({ response }) => response?.headers,
    (error) => error.responseHeaders,
  )
  expect(answer).toMatchObject({ 'x-echo': '[api key] [header X-Tenant]' })
})

describe('bad arguments are refused before anything is sent', () => {
  it('an embedding without an input type, naming both', async () => {
    const { emulator, pinecone } = await emulated()
    const refused = pinecone.embedding('llama-text-embed-v2').doEmbed({ values: ['q'] })
    await expect(refused).rejects.toMatchObject({
      name: 'AI_InvalidArgumentError',
      argument: 'inputType',
      message: expect.stringMatching(/'passage'.+'query'/),
      cause: { name: 'PineconeConfigurationError' },
    })
    expect(emulator.requests).toEqual([])
  })

  it.each([
    ['an empty value', { values: ['a', ''] }, {}, 'values[1]'],
    ['a dimension the model lacks', { values: ['a'] }, { dimension: 500 }, 'dimension'],
    ['an unknown truncation', { values: ['a'] }, { truncate: 'MIDDLE' }, 'truncate'],
    ['an unknown option', { values: ['a'] }, { input_type: 'query' }, 'providerOptions.pinecone.input_type'],
  ])('%s', async (_, call, options, argument) => {
    const { emulator, pinecone } = await emulated()
    const model = pinecone.embedding('llama-text-embed-v2', { inputType: 'passage' })
    const refused = model.doEmbed({ ...call, providerOptions: { pinecone: options } })
    const error = await caught(Promise.resolve(refused))
    expect(error).toMatchObject({ name: 'AI_InvalidArgumentError', argument })
    expect(error.message.startsWith(argument)).toBe(true)
    expect(emulator.requests).toEqual([])
  })

  it('options and settings that do not exist, with the right name', () => {
    const wrong = (work: () => unknown, name: string, right: string) =>
      expect(work).toThrow(
        expect.objectContaining({ argument: name, message: expect.stringContaining(right) }),
      )
    wrong(() => createPinecone({ baseURL: 'https://example.com' } as object), 'baseURL', 'baseUrl')
    const pinecone = createPinecone()
    wrong(() => pinecone.embedding(E5, { dimensions: 5 } as object), 'dimensions', 'dimension')
    wrong(() => pinecone.reranking('bge-reranker-v2-m3', { fields: [] } as object), 'fields', 'rankFields')
  })
})
