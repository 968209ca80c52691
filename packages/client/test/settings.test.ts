import { inspect } from 'node:util'
import { MockAgent } from 'undici'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type PineconeApiError,
  PineconeConfigurationError,
  PineconeInference,
  type PineconeInferenceOptions,
} from '../dist/index.js'
import packageJson from '../package.json' with { type: 'json' }
import { E5, embedAnswer, errorBody, json, type ReceivedRequest, scriptedApi } from './scripted-api.js'

const key = 'pcsk_4N8r-very-secret'

function refusal(options: PineconeInferenceOptions): unknown {
  try {
    return new PineconeInference(options)
  } catch (error) {
    return error
  }
}

describe('the client', () => {
  it('refuses to start without a key, naming the option and the environment variable', () => {
    vi.stubEnv('PINECONE_API_KEY', '')
    onTestFinished(() => void vi.unstubAllEnvs())
    const error = refusal({})
    expect(error).toBeInstanceOf(PineconeConfigurationError)
    expect(error).toMatchObject({ argument: 'apiKey', message: expect.stringContaining('PINECONE_API_KEY') })
  })

  it('takes key and address from the environment', async () => {
    const api = await scriptedApi(embedAnswer)
    vi.stubEnv('PINECONE_API_KEY', 'from-environment')
    vi.stubEnv('PINECONE_INFERENCE_URL', api.url)
    onTestFinished(() => void vi.unstubAllEnvs())
    await using client = new PineconeInference()
    await client.embed({ ...E5, inputs: ['a'] })
    expect(api.requests[0]?.headers['api-key']).toBe('from-environment')
  })

  it.each<[string, PineconeInferenceOptions, string]>([
    ['a key with a line break', { apiKey: 'a\r\nX-Evil: 1' }, 'apiKey'],
    ['an address that is none', { baseUrl: 'api.pinecone.io' }, 'baseUrl'],
    ['plain http to another machine', { baseUrl: 'http://10.0.0.1' }, 'baseUrl'],
    ['an address with credentials', { baseUrl: 'https://me:pw@example.com' }, 'baseUrl'],
    ['no concurrency', { maxConcurrency: 0 }, 'maxConcurrency'],
    ['a fraction of retries', { maxRetries: 1.5 }, 'maxRetries'],
    ['a timeout of 0', { timeout: 0 }, 'timeout'],
    ['a header with a line break', { headers: { 'x-a': 'b\nc' } }, 'headers.x-a'],
    ['a header name with a space', { headers: { 'x a': 'b' } }, 'headers'],
    ['a header of its own', { headers: { 'API-Key': 'b' } }, 'headers.API-Key'],
    ['a fetch that is none', { fetch: {} as typeof fetch }, 'fetch'],
    ['a fetch beside a dispatcher', { fetch, dispatcher: new MockAgent() }, 'fetch'],
    // biome-ignore-start lint/suspicious/noExplicitAny: what a JavaScript caller may do
    ['a listener that is none', { onUsage: 5 as any }, 'onUsage'],
    ['a budget that lets nobody in', { sharedBudget: {} as any }, 'sharedBudget'],
    ['no budget at all', { sharedBudget: null as any }, 'sharedBudget'],
    ['a word for yes or no', { allowInsecure: 'no' as any, baseUrl: 'http://10.0.0.1' }, 'allowInsecure'],
    ['a dispatcher that dispatches nothing', { dispatcher: {} as any }, 'dispatcher'],
    ['a number as source tag', { sourceTag: 5 as any }, 'sourceTag'],
    // biome-ignore-end lint/suspicious/noExplicitAny: what a JavaScript caller may do
  ])('refuses %s', (_, options, argument) => {
    const error = refusal({ apiKey: key, ...options })
    expect(error).toBeInstanceOf(PineconeConfigurationError)
    expect(error).toMatchObject({ argument })
    expect(inspect(error)).not.toContain(key)
  })

  it('takes the address of the official SDKs’ variable, after its own', async () => {
    const api = await scriptedApi(embedAnswer)
    vi.stubEnv('PINECONE_CONTROLLER_HOST', api.url)
    onTestFinished(() => void vi.unstubAllEnvs())
    const ask = async () => {
      await using client = new PineconeInference({ apiKey: key })
      await client.embed({ ...E5, inputs: ['a'] })
    }
    await ask()
    expect(api.requests).toHaveLength(1)
    vi.stubEnv('PINECONE_CONTROLLER_HOST', 'http://elsewhere')
    expect(refusal({ apiKey: key })).toMatchObject({
      message: expect.stringMatching(/^baseUrl is http:\/\/elsewhere \(from PINECONE_CONTROLLER_HOST\)/),
    })
    vi.stubEnv('PINECONE_INFERENCE_URL', api.url)
    await ask()
    expect(api.requests).toHaveLength(2)
    vi.stubEnv('PINECONE_INFERENCE_URL', '')
    vi.stubEnv('PINECONE_CONTROLLER_HOST', 'api.example.com')
    expect(refusal({ apiKey: key })).toBeInstanceOf(PineconeInference)
  })

  it('says where a wrong address comes from', () => {
    vi.stubEnv('PINECONE_INFERENCE_URL', 'http://emulator:5090')
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(refusal({ apiKey: key })).toMatchObject({
      message: expect.stringMatching(/^baseUrl is http:\/\/emulator:5090 \(from PINECONE_INFERENCE_URL\)/),
    })
    vi.stubEnv('PINECONE_INFERENCE_URL', 'emulator')
    expect(refusal({ apiKey: key })).toMatchObject({
      message: 'baseUrl is "emulator" (from PINECONE_INFERENCE_URL), not an http(s) URL',
    })
  })

  it.each([
    ['https//me:s3cret@gateway.example/v1', '"https//…@gateway.example/v1"'],
    ['https://me:s3cret@gate way', '"https://…@gate way"'],
    ['me:s3cret@gateway:9', '"…@gateway:9"'],
    ['ftp://me:s3@cret@gateway/', '"ftp://…@gateway/"'],
    ['gateway/v1?key=s3cret', '"gateway/v1?…"'],
    ['pcsk_4f9a0s3cret8b1c7d', 'a text of 22 characters'],
  ])('a wrong address is told without what may be secret in it: %s', (baseUrl, shown) => {
    const error = refusal({ apiKey: key, baseUrl })
    expect(error).toMatchObject({ message: `baseUrl is ${shown}, not an http(s) URL` })
    expect(inspect(error)).not.toContain('cret')
  })

  it.each([
    ['maxConcurrency', { maxConcurrency: '8' }],
    ['maxRetries', { maxRetries: '8' }],
    ['timeout', { timeout: '8' }],
    ['rateLimit.tokensPerMinute', { rateLimit: { tokensPerMinute: '8' } }],
  ])('shows that a number given as text is text: %s', (argument, options) => {
    const error = refusal({ apiKey: key, ...(options as unknown as PineconeInferenceOptions) })
    expect(error).toMatchObject({
      argument,
      message: expect.stringMatching(`^${argument} is "8"; it must be`),
    })
  })

  it.each([
    'http://127.0.0.1:5090',
    'http://localhost',
    'http://[::1]:80',
    'https://gateway.example/pinecone/',
  ])('accepts %s', (baseUrl) => {
    expect(refusal({ apiKey: key, baseUrl })).toBeInstanceOf(PineconeInference)
  })

  it('accepts plain http to another machine when told so', () => {
    expect(refusal({ apiKey: key, baseUrl: 'http://10.0.0.1', allowInsecure: true })).toBeInstanceOf(
      PineconeInference,
    )
  })

  it('keeps the path of a gateway and sends extra headers', async () => {
    const api = await scriptedApi(embedAnswer)
    const client = api.client({ baseUrl: `${api.url}/gateway/`, headers: { 'x-tenant': 't1' } })
    await client.embed({ ...E5, inputs: ['a'] })
    expect(api.requests[0]).toMatchObject({ path: '/gateway/embed', headers: { 'x-tenant': 't1' } })
  })

  it('sends through the caller’s dispatcher and does not close it', async () => {
    const agent = new MockAgent()
    agent.disableNetConnect()
    agent
      .get('https://api.pinecone.io')
      .intercept({ path: '/models', method: 'GET' })
      .reply(200, { models: [] })
      .times(2)
    const client = new PineconeInference({ apiKey: key, dispatcher: agent })
    expect(await client.listModels()).toEqual({ models: [] })
    await client.close()
    expect(
      await agent.request({ origin: 'https://api.pinecone.io', path: '/models', method: 'GET' }),
    ).toMatchObject({ statusCode: 200 })
    await agent.close()
  })

  it('names its own version in each request', async () => {
    const api = await scriptedApi(embedAnswer)
    await using client = api.client()
    await client.embed({ ...E5, inputs: ['a'] })
    expect(api.requests[0]?.headers['user-agent']).toContain(packageJson.version)
  })

  it('takes no call after close', async () => {
    const api = await scriptedApi(embedAnswer)
    const client = api.client()
    await client.close()
    await expect(client.embed({ ...E5, inputs: ['a'] })).rejects.toBeInstanceOf(PineconeConfigurationError)
  })

  it('lets calls under way finish before close resolves', async () => {
    const api = await scriptedApi(embedAnswer)
    const client = api.client()
    const call = client.embed({ ...E5, inputs: ['a'] })
    await client.close()
    expect((await call).data).toHaveLength(1)
  })
})

describe('the key shows nowhere', () => {
  const everything = (value: unknown) =>
    inspect(value, { depth: 20, showHidden: true }) + JSON.stringify(value) + String((value as Error).stack)

  it('not on the client', () => {
    expect(everything(new PineconeInference({ apiKey: key }))).not.toContain(key)
  })

  it.each([['content-type'], ['content-encoding']])(
    'not when a header of the answer repeats it: %s',
    async (header) => {
      const api = await scriptedApi(
        (_request, response) => void response.writeHead(200, { [header]: `x/${key}` }).end('not JSON'),
      )
      const error = await api
        .client({ apiKey: key, maxRetries: 0 })
        .embed({ ...E5, inputs: ['a'] })
        .catch((failure: unknown) => failure)
      expect(inspect(error)).toContain('x/[api key]')
      expect(inspect(error)).not.toContain(key)
    },
  )

  it('not when the service repeats it', async () => {
    const api = await scriptedApi((_request, response) =>
      json(response, 401, {
        status: 401,
        error: { code: 'UNAUTHENTICATED', message: `bad key ${key}`, details: { key } },
      }),
    )
    const error = await api
      .client({ apiKey: key })
      .embed({ ...E5, inputs: ['a'] })
      .catch((failure: unknown) => failure)
    expect(error).toMatchObject({ message: expect.stringContaining('bad key [api key]') })
    expect(everything(error)).not.toContain(key)
  })

  it('not when a dispatcher puts the request into its error', async () => {
    const agent = new MockAgent()
    agent.disableNetConnect()
    agent
      .get('https://api.pinecone.io')
      .intercept({ path: '/embed', method: 'POST', headers: { 'api-key': 'other' } })
      .reply(200, {})
    const client = new PineconeInference({ apiKey: key, dispatcher: agent, maxRetries: 0 })
    const error = await client.embed({ ...E5, inputs: ['a'] }).catch((failure: unknown) => failure)
    expect((error as Error).cause).toBeInstanceOf(Error)
    expect(everything(error)).not.toContain(key)
    await agent.close()
  })

  it('not when the connection fails', async () => {
    const client = new PineconeInference({ apiKey: key, baseUrl: 'http://127.0.0.1:1', maxRetries: 0 })
    expect(everything(await client.listModels().catch((failure: unknown) => failure))).not.toContain(key)
  })

  it.each([
    [
      'with escapes',
      (text: string) => `{"error":{"code":"${text}","message":"${text}","details":["${text}"]}}`,
    ],
    ['with escapes, in a text as error', (text: string) => `{"error":"${text}"}`],
    [
      'with escapes, as a name',
      (text: string) => `{"error":{"message":"","details":{"${text}":{"a":null}}}}`,
    ],
  ])('not when the service repeats it %s', async (_, body) => {
    const secret = 'abc/def+ghi'
    const api = await scriptedApi(
      (_request, response) =>
        void response.writeHead(403, { 'x-request-id': secret }).end(body(secret.replace('/', '\\/'))),
    )
    const error = await api
      .client({ apiKey: secret })
      .embed({ ...E5, inputs: ['a'] })
      .catch((failure: unknown) => failure)
    expect(error).toMatchObject({ status: 403, requestId: '[api key]' })
    expect(everything(error)).not.toContain('def+ghi')
  })

  it.each<[string, (request: ReceivedRequest) => string]>([
    ['an answer that is no JSON', () => `${key} is your key`],
    ['a vector type', (request) => JSON.stringify({ ...embedAnswer(request), vector_type: key })],
  ])('not when it is repeated in %s', async (_, body) => {
    const api = await scriptedApi((request, response) => void response.end(body(request)))
    const error = await api
      .client({ apiKey: key, maxRetries: 0 })
      .embed({ ...E5, inputs: ['a'] })
      .catch((failure: unknown) => failure)
    expect(error).toMatchObject({ name: 'PineconeResponseError' })
    expect(everything(error)).not.toContain(key)
  })

  const inJson = (text: string) => JSON.stringify(text).slice(1, -1)
  it.each<[string, string, (text: string) => string, (shown: string) => string]>([
    [
      'JSON that is no contract error',
      '"quoted" and \\back/slash+',
      inJson,
      (shown) => `{"seen":"${shown}","at":1}`,
    ],
    [
      'JSON within JSON',
      'is"quoted\\"',
      (text) => inJson(inJson(text)),
      (shown) => `{"log":"{\\"a\\":\\"${shown}`,
    ],
    [
      'JSON with every escape there is',
      'ab/cd+ef',
      () => 'ab\\/cd\\u002Bef',
      (shown) => `{"seen":"${shown}"}`,
    ],
    ['JSON inside HTML', 'is"quoted"', inJson, (shown) => `<pre>{"seen":"${shown}"}</pre>`],
    ['HTML', 'ab"cd<ef', () => 'ab&#x22;cd&lt;ef', (shown) => `<p>${shown}</p>`],
    ['an address', 'ab/cd+ef=', () => 'ab%2Fcd%2bef%3D', (shown) => `see ?key=${shown}&a=b`],
  ])('not in the excerpt of a body, escaped as in %s', async (_, secret, escaped, around) => {
    const body = around(escaped(secret))
    const api = await scriptedApi((_request, response) => void response.writeHead(403).end(body))
    const error = await api
      .client({ apiKey: secret })
      .embed({ ...E5, inputs: ['a'] })
      .catch((failure: unknown) => failure)
    expect(error).toMatchObject({ message: `POST ${api.url}/embed answered 403: ${around('[api key]')}` })
  })

  it('not in prose of a server error', async () => {
    const api = await scriptedApi((_request, response) =>
      json(response, 500, errorBody(500, 'INTERNAL', key)),
    )
    const error = await api
      .client({ apiKey: key, maxRetries: 0 })
      .listModels()
      .catch((failure: unknown) => failure)
    expect(everything(error)).not.toContain(key)
  })
})

describe('the values of given headers show nowhere', () => {
  /** What becomes of an error in which a gateway repeats what it was sent. */
  async function messageOf(headers: Record<string, string>, repeated: string): Promise<string> {
    const api = await scriptedApi((_request, response) =>
      json(response, 401, { error: { message: repeated, details: { repeated } } }),
    )
    const error = await api
      .client({ headers })
      .listModels()
      .catch((failure: unknown) => failure)
    const { message, details } = error as PineconeApiError
    const answered = `GET ${api.url}/models answered 401: `
    expect(message).toBe(answered + (details as { repeated: string }).repeated)
    return message.replace(answered, '')
  }

  it.each<[string, Record<string, string>, string, string]>([
    [
      'a whole value',
      { 'X-Gateway-Key': 'gateway-token-123' },
      'who is gateway-token-123?',
      'who is [header X-Gateway-Key]?',
    ],
    [
      'a value with its scheme',
      { Authorization: 'Bearer gateway-token-123' },
      'not authorized: Bearer gateway-token-123',
      'not authorized: [header Authorization]',
    ],
    [
      'the token after a scheme',
      { Authorization: 'Bearer gateway-token-123' },
      'token gateway-token-123 has expired',
      'token [header Authorization] has expired',
    ],
    [
      'the values of cookies',
      { Cookie: 'theme=dark; session=abcdef-123456' },
      'session abcdef-123456 has expired, with theme dark',
      'session [header Cookie] has expired, with theme dark',
    ],
    ['spaces around a value', { 'X-Key': ' token-123 ' }, '<token-123>', '<[header X-Key]>'],
  ])('%s', async (_, headers, repeated, expected) => {
    expect(await messageOf(headers, repeated)).toBe(expected)
  })

  it.each<[string, Record<string, string>, string]>([
    ['a short value', { 'X-Debug': 'true', 'X-Tenant': 'tenant1' }, 'it is true of tenant1'],
    ['a media type', { Accept: 'application/json' }, 'cannot make application/json of this'],
  ])('but %s leaves messages as they are', async (_, headers, repeated) => {
    expect(await messageOf(headers, repeated)).toBe(repeated)
  })

  it('not when a connection fails with the request in its error', async () => {
    const token = 'gateway-token-123'
    const failing = async (_: unknown, init?: RequestInit) => {
      throw Object.assign(new Error('no route'), { sent: new Headers(init?.headers).get('authorization') })
    }
    await using client = new PineconeInference({
      apiKey: key,
      headers: { Authorization: `Bearer ${token}` },
      fetch: failing,
      maxRetries: 0,
    })
    const error = await client.listModels().catch((failure: unknown) => failure)
    expect(error).toMatchObject({ message: expect.stringMatching(/: no route$/) })
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(token)
  })
})

it.each<[string, PineconeInferenceOptions, string]>([
  ['a key in quotation marks', { apiKey: '"pcsk_SECRET"' }, 'apiKey is in quotation marks'],
  ['a blank key', { apiKey: '  ' }, 'apiKey is blank'],
  ['a key as a file has it', { apiKey: 'pcsk_SECRET\n' }, 'apiKey ends in a line break'],
  ['a key with a space', { apiKey: 'pcsk_SECRET ' }, 'apiKey begins or ends with a space'],
  ['a key of another alphabet', { apiKey: 'pcsk_日SECRET' }, 'apiKey has the character U+65E5 at position 5'],
  ['a number as a header', { apiKey: 'k', headers: { 'x-a': 5 as never } }, 'headers.x-a is the number 5'],
  [
    'a header of another alphabet',
    { apiKey: 'k', headers: { 'x-a': 'a日' } },
    'headers.x-a has the character U+65E5',
  ],
])('%s is refused with the reason, and without the value', (_, options, words) => {
  expect(() => new PineconeInference(options)).toThrow(words)
  expect(() => new PineconeInference(options)).not.toThrow(/SECRET/)
})

it('a key of the environment that is mistaken is named as such', () => {
  vi.stubEnv('PINECONE_API_KEY', 'pcsk_SECRET\r')
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(() => new PineconeInference()).toThrow('apiKey (from PINECONE_API_KEY) ends in a line break')
})
