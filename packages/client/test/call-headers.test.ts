import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { CallResponse, PineconeApiError } from '../dist/index.js'
import { embedAnswer, errorBody, json, scriptedApi } from './scripted-api.js'

const passages = (count: number) => ({
  model: 'multilingual-e5-large',
  inputs: Array.from({ length: count }, (_, i) => `passage ${i}`),
  parameters: { inputType: 'passage' },
})

describe('headers of a call', () => {
  it('go with each of its requests, over those of the client, and with no other', async () => {
    const api = await scriptedApi(embedAnswer)
    const client = api.client({ headers: { 'X-Tenant': 'all', 'x-gateway': 'g' } })
    await client.embedAll(passages(200), { headers: { 'x-tenant': 'one' } })
    await client.embed(passages(1))
    const tenants = api.requests.map(({ headers }) => headers['x-tenant'])
    expect(tenants).toEqual(['one', 'one', 'one', 'all'])
    for (const { headers } of api.requests) expect(headers).toMatchObject({ 'x-gateway': 'g' })
  })

  it('are those at the time of the call', async () => {
    const api = await scriptedApi(embedAnswer)
    const headers = { 'x-trace': 'first' }
    const embedding = api.client().embedAll(passages(200), { headers })
    headers['x-trace'] = 'second'
    await embedding
    expect(api.requests.map((request) => request.headers['x-trace'])).toEqual(['first', 'first', 'first'])
  })

  it.each<[string, object, string]>([
    ['one of the client’s own', { 'api-key': 'other' }, 'headers.api-key'],
    ['a line break', { 'x-a': 'b\r\nc' }, 'headers.x-a'],
    ['a value that is no text', { 'x-a': 5 }, 'headers.x-a'],
    ['a Headers, which has no properties', new Headers({ 'x-a': 'b' }), 'headers'],
    ['a Map, which has none either', new Map([['x-a', 'b']]), 'headers'],
  ])('%s is refused before anything is sent', async (_, headers, argument) => {
    const api = await scriptedApi(embedAnswer)
    const call = api.client().embed(passages(1), { headers: headers as Record<string, string> })
    await expect(call).rejects.toMatchObject({ name: 'PineconeConfigurationError', argument })
    expect(api.requests).toEqual([])
  })

  it('show in no error', async () => {
    const api = await scriptedApi((_, response) =>
      json(response, 400, errorBody(400, 'INVALID_ARGUMENT', 'who is tenant-token-123?')),
    )
    const error: PineconeApiError = await api
      .client()
      .embed(passages(1), { headers: { 'X-Tenant': 'tenant-token-123' } })
      .then(
        () => expect.fail(),
        (failure) => failure,
      )
    expect(error.message).toContain('who is [header X-Tenant]?')
  })
})

describe('onResponse', () => {
  it('is called for every answer to the call, that of a failed attempt too', async () => {
    const api = await scriptedApi((request, response, number) =>
      number === 1
        ? json(response, 503, errorBody(503, 'UNAVAILABLE', 'busy'), { 'X-Pinecone-Request-Id': 'first' })
        : json(response, 200, embedAnswer(request), {
            'X-Pinecone-Request-Id': 'second',
            'Set-Cookie': ['a', 'b'],
          }),
    )
    const heard: CallResponse[] = []
    await api.client().embed(passages(1), { onResponse: (response) => heard.push(response) })
    expect(heard.map(({ status, headers }) => [status, headers['x-pinecone-request-id']])).toEqual([
      [503, 'first'],
      [200, 'second'],
    ])
    expect(heard[1]?.headers['set-cookie']).toBe('a, b')
  })

  it('does not hear the key or a secret header that a gateway repeats', async () => {
    const api = await scriptedApi((request, response) =>
      json(response, 200, embedAnswer(request), {
        'X-Echo': `key=${request.headers['api-key']}`,
        'Set-Cookie': [`a=${request.headers['x-tenant']}`],
        'X-Pinecone-Request-Id': 'first',
      }),
    )
    const heard: CallResponse[] = []
    const options = {
      headers: { 'X-Tenant': 'tenant-secret' },
      onResponse: (one: CallResponse) => heard.push(one),
    }
    await api.client().embed(passages(1), options)
    expect(heard[0]?.headers).toMatchObject({
      'x-echo': 'key=[api key]',
      'set-cookie': 'a=[header X-Tenant]',
      'x-pinecone-request-id': 'first',
    })
  })

  it('loses no answer by throwing', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    onTestFinished(() => warned.mockRestore())
    const api = await scriptedApi(embedAnswer)
    const onResponse = () => {
      throw new Error('a listener of mine')
    }
    const { data } = await api.client().embed(passages(1), { onResponse })
    expect(data).toHaveLength(1)
    expect(warned).toHaveBeenCalledWith(expect.objectContaining({ message: 'a listener of mine' }))
  })
})
