import { createServer } from 'node:net'
import {
  PineconeApiError,
  PineconeAuthenticationError,
  PineconeConnectionError,
  PineconeInference,
  type PineconeInferenceOptions,
  PineconeInvalidRequestError,
  PineconeRateLimitError,
  PineconeResponseError,
  PineconeServerError,
  PineconeTimeoutError,
} from '@pinecone-inference/client'
import { type Fault, type Malformation, startEmulator } from '@pinecone-inference/emulator'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type Behaviour,
  head,
  rawServer,
  reset,
  right,
  silent,
  thenClose,
  thenSilence,
  vectorOf,
} from './raw-server.js'

const request = {
  model: 'multilingual-e5-large',
  inputs: ['one', 'two'],
  parameters: { inputType: 'passage' },
} as const

const vectors = request.inputs.map((text) => ({ vectorType: 'dense', values: vectorOf(text) }))

beforeEach(() => {
  // No backoff: the waits between attempts are drawn from 0 to their longest.
  vi.spyOn(Math, 'random').mockReturnValue(0)
  return () => vi.restoreAllMocks()
})

const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const chunked = 'transfer-encoding: chunked\r\n'
const half = (json: string) => json.slice(0, json.length / 2)
const cutAt = (bytes: (json: string) => number) =>
  thenClose((json) => head(json.length) + json.slice(0, bytes(json)))
const error = (status: number, body: string, extra = '') =>
  thenSilence(() => head(Buffer.byteLength(body), extra, `${status} Some Reason`) + body)

const carriers: [string, PineconeInferenceOptions][] = [
  ['undici', {}],
  ['fetch', { fetch }],
]

describe.each(carriers)('through %s:', (_, carrier) => {
  function clientOf(baseUrl: string, options: PineconeInferenceOptions = {}) {
    const client = new PineconeInference({
      apiKey: 'offline',
      baseUrl,
      maxRetries: 2,
      timeout: 10_000,
      ...carrier,
      ...options,
    })
    onTestFinished(() => client.close())
    return client
  }

  describe('is sent again, and the caller sees nothing of', () => {
    it.each<[string, Behaviour]>([
      ['a connection reset before the answer', reset],
      ['a connection closed before the answer', (socket) => socket.end()],
      ['half a status line', thenClose(() => 'HTTP/1.1 2')],
      ['half a header', thenClose(() => 'HTTP/1.1 200 OK\r\ncontent-le')],
      ['headers without a body', thenClose((json) => head(json.length))],
      ['a body cut after its first byte', cutAt(() => 1)],
      ['a body cut in the middle', cutAt((json) => json.length / 2)],
      ['a body cut before its last byte', cutAt((json) => json.length - 1)],
      [
        'a connection reset within the body',
        (socket, body) => void socket.write(head(999) + body.slice(0, 9), () => reset(socket, body)),
      ],
      ['chunks that end between two', thenClose((json) => head(undefined, chunked) + chunk(half(json)))],
      [
        'chunks that end within one',
        thenClose((json) => head(undefined, chunked) + chunk(json).slice(0, 30)),
      ],
      ['chunks without the last, empty one', thenClose((json) => head(undefined, chunked) + chunk(json))],
      [
        'a chunk whose size is no number',
        thenClose((json) => `${head(undefined, chunked)}zz\r\n${json}\r\n0\r\n\r\n`),
      ],
      ['bytes that are no HTTP', thenClose(() => '\u0000\u0001 garbage \r\n\r\n')],
      ['another protocol’s greeting', thenClose(() => 'SSH-2.0-OpenSSH_9.2\r\n')],
      ['two lengths that differ', thenClose((json) => head(json.length, 'content-length: 5\r\n') + json)],
      [
        'a header larger than any',
        thenClose((json) => head(json.length, `x-large: ${'x'.repeat(100_000)}\r\n`) + json),
      ],
      ['a 502 of a gateway, in HTML', error(502, '<html>Bad Gateway</html>')],
      ['a 503 in plain text', error(503, 'come back later', 'retry-after: 0.001\r\n')],
      ['a 503 with a Retry-After that says nothing', error(503, '{}', 'retry-after: soon\r\n')],
      [
        'a 429 whose Retry-After is gone by',
        error(429, '{}', 'retry-after: Mon, 01 Jan 2024 00:00:00 GMT\r\n'),
      ],
      ['a 500 without a body', error(500, '')],
      ['a 504', error(504, '{"status":504,"error":{"code":"DEADLINE_EXCEEDED","message":"slow"}}')],
      ['a 408', error(408, '')],
    ])('%s', async (_, fault) => {
      const server = await rawServer(fault, right)
      const { data } = await clientOf(server.url).embed(request)
      expect(data).toEqual(vectors)
      expect(server.received).toHaveLength(2)
    })

    it.each<[string, Behaviour]>([
      ['no answer', silent],
      ['headers and no body', thenSilence((json) => head(json.length))],
      ['half a body and no more', thenSilence((json) => head(json.length) + half(json))],
      ['half a header and no more', thenSilence(() => 'HTTP/1.1 200 OK\r\ncont')],
      ['a length that is too large', thenSilence((json) => head(json.length + 1) + json)],
      ['early hints and no more', thenSilence(() => 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n')],
    ])('%s within the timeout', async (_, fault) => {
      const server = await rawServer(fault, right)
      const { data } = await clientOf(server.url, { timeout: 150 }).embed(request)
      expect(data).toEqual(vectors)
      expect(server.received).toHaveLength(2)
    })
  })

  describe('is no fault at all:', () => {
    it.each<[string, Behaviour]>([
      [
        'an answer in single bytes',
        (socket, body) =>
          right({ write: (text: string) => [...text].every((byte) => socket.write(byte)) } as never, body),
      ],
      [
        'an answer in chunks',
        thenSilence(
          (json) =>
            `${head(undefined, chunked)}${chunk(half(json))}${chunk(json.slice(half(json).length))}0\r\n\r\n`,
        ),
      ],
      [
        'an answer that the end of the connection ends',
        thenClose((json) => head(undefined, 'connection: close\r\n') + json),
      ],
      [
        'early hints before the answer',
        thenSilence((json) => `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${head(json.length)}${json}`),
      ],
      ['white space around the JSON', thenSilence((json) => `${head(json.length + 4)}\r\n${json}\n\t`)],
      [
        'keys that the contract does not know',
        thenSilence((json) => {
          const more = json.replace('{', '{"new":[{"a":"]}"}],')
          return head(more.length) + more
        }),
      ],
    ])('%s', async (_, behaviour) => {
      const server = await rawServer(behaviour)
      expect((await clientOf(server.url).embed(request)).data).toEqual(vectors)
      expect(server.received).toHaveLength(1)
    })

    it('an idle connection that the server closes between two calls', async () => {
      const server = await rawServer(right)
      const client = clientOf(server.url)
      await client.embed(request)
      for (const socket of server.sockets) socket.end()
      await vi.waitUntil(() => server.sockets.size === 0, { interval: 1 })
      expect((await client.embed(request)).data).toEqual(vectors)
    })

    it('a connection that is closed right after each answer without a word', async () => {
      const server = await rawServer((socket, body) => {
        right(socket, body)
        socket.end()
      })
      const client = clientOf(server.url)
      for (let i = 0; i < 20; i++) expect((await client.embed(request)).data).toEqual(vectors)
    })
  })

  describe('is sent again, as the service only computes, and in the end told:', () => {
    const brokenAnswers: [string, Behaviour, string][] = [
      ['an empty body', thenSilence(() => head(0)), 'not JSON'],
      ['204', thenSilence(() => 'HTTP/1.1 204 No Content\r\n\r\n'), 'not JSON'],
      ['a length that is too small', thenClose((json) => head(json.length - 5) + json), 'cut short'],
      [
        'a body cut short that only its end could tell',
        thenClose((json) => head(undefined, 'connection: close\r\n') + half(json)),
        'cut short',
      ],
      ['HTML with status 200', thenSilence(() => `${head(13)}<html></html>`), 'not JSON'],
      ['JSON of another kind', thenSilence(() => `${head(4)}null`), 'the answer is null'],
      [
        'a vector with a gap',
        thenSilence((json) => {
          const gap = json.replace(/\[[^{[\]]*\]/, '[null,1]')
          return head(gap.length) + gap
        }),
        'data[0].values[0] is null, not a finite number',
      ],
      [
        'a vector too few',
        thenSilence((json) => {
          const few = JSON.stringify({ ...JSON.parse(json), data: [] })
          return head(few.length) + few
        }),
        '0 embeddings for 2 inputs',
      ],
    ]

    it.each(brokenAnswers)('%s', async (_, fault) => {
      const server = await rawServer(fault, right)
      expect((await clientOf(server.url).embed(request)).data).toEqual(vectors)
      expect(server.received).toHaveLength(2)
    })

    it.each(brokenAnswers)('%s each time', async (_, fault, words) => {
      const server = await rawServer(fault)
      const failure = await clientOf(server.url)
        .embed(request)
        .catch((reason: unknown) => reason)
      expect(failure).toBeInstanceOf(PineconeResponseError)
      expect(failure).toMatchObject({
        message: expect.stringContaining(words),
        attempts: 3,
        verdict: 'moment',
      })
      expect(server.received).toHaveLength(3)
    })
  })

  describe('is refused at once, as sending it again would bring the same:', () => {
    it('an answer without an end', async () => {
      const server = await rawServer((socket) => endless(socket))
      // It is given up after 64 MB.
      const failure = await clientOf(server.url, { timeout: 60_000 })
        .embed(request)
        .catch((reason: unknown) => reason)
      expect(failure).toBeInstanceOf(PineconeResponseError)
      expect(failure).toMatchObject({ message: expect.stringContaining('longer than'), attempts: 1 })
      expect(server.received).toHaveLength(1)
    }, 90_000)

    it.each<[string, Behaviour, typeof PineconeApiError, object]>([
      [
        '401 in HTML',
        error(401, '<html>no</html>'),
        PineconeAuthenticationError,
        { status: 401, code: undefined },
      ],
      [
        '403',
        error(403, '{"error":"not yours"}'),
        PineconeAuthenticationError,
        { status: 403, message: expect.stringMatching(/^POST .*\/embed answered 403: not yours$/) },
      ],
      [
        '400 in the contract’s form',
        error(400, '{"status":400,"error":{"code":"INVALID_ARGUMENT","message":"no"}}'),
        PineconeInvalidRequestError,
        { code: 'INVALID_ARGUMENT' },
      ],
      ['404', error(404, ''), PineconeInvalidRequestError, { status: 404 }],
      ['422', error(422, ''), PineconeInvalidRequestError, { status: 422 }],
      ['418', error(418, ''), PineconeApiError, { status: 418 }],
      [
        'a redirect to another origin',
        error(302, '', 'location: http://127.0.0.1:1/embed\r\n'),
        PineconeApiError,
        { status: 302 },
      ],
      ['501', error(501, ''), PineconeServerError, { status: 501 }],
    ])('%s', async (_, fault, type, fields) => {
      const server = await rawServer(fault)
      const failure = await clientOf(server.url)
        .embed(request)
        .catch((reason: unknown) => reason)
      expect(failure).toBeInstanceOf(type)
      expect(failure).toMatchObject({ ...fields, attempts: 1 })
      expect(server.received).toHaveLength(1)
    })
  })

  describe('after the last attempt the caller sees', () => {
    it.each<[string, Behaviour, new (...args: never[]) => Error, object]>([
      [
        'a reset',
        reset,
        PineconeConnectionError,
        { code: expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/) },
      ],
      [
        'a body that is always cut',
        cutAt((json) => json.length / 2),
        PineconeConnectionError,
        { cause: expect.any(Error) },
      ],
      ['garbage', thenClose(() => 'garbage'), PineconeConnectionError, {}],
      [
        'an upgrade that nobody asked for',
        thenClose(() => 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
        PineconeConnectionError,
        {},
      ],
      ['503', error(503, ''), PineconeServerError, { status: 503 }],
      ['429', error(429, '', 'retry-after: 0.001\r\n'), PineconeRateLimitError, { retryAfterMs: 1 }],
    ])('%s', async (_, fault, type, fields) => {
      const server = await rawServer(fault)
      const failure = await clientOf(server.url)
        .embed(request)
        .catch((reason: unknown) => reason)
      expect(failure).toBeInstanceOf(type)
      expect(failure).toMatchObject({ ...fields, attempts: 3 })
      expect(server.received).toHaveLength(3)
    })

    it('silence', async () => {
      const server = await rawServer(silent)
      const failure = await clientOf(server.url, { timeout: 30 })
        .embed(request)
        .catch((reason: unknown) => reason)
      expect(failure).toBeInstanceOf(PineconeTimeoutError)
      expect(failure).toMatchObject({ attempts: 3, timeout: 30 })
    })

    it.each([
      ['nobody who listens', closedServer, /ECONNREFUSED/, 3],
      ['a name that no host has', async () => 'http://no-such-host.invalid', /ENOTFOUND|EAI_AGAIN/, 3],
      ['a TLS address where plain HTTP is spoken', plainServer, /ERR_SSL|EPROTO/, 1],
    ])('%s', async (_, address, code, attempts) => {
      const failure = await clientOf(await address(), { allowInsecure: true })
        .embed(request)
        .catch((reason: unknown) => reason)
      expect(failure).toBeInstanceOf(PineconeConnectionError)
      expect(failure).toMatchObject({ code: expect.stringMatching(code), attempts })
    })
  })

  describe('an answer that comes after the abort', () => {
    it('is thrown away, and the next call has its own', async () => {
      const late: (() => void)[] = []
      const server = await rawServer((socket, body) => void late.push(() => right(socket, body)), right)
      const client = clientOf(server.url, { maxConcurrency: 1 })
      const abort = new AbortController()
      const first = client.embed({ ...request, inputs: ['late'] }, { signal: abort.signal })
      await vi.waitUntil(() => late.length === 1, { interval: 1 })
      abort.abort(new Error('enough'))
      late[0]?.()
      await expect(first).rejects.toThrow('enough')
      expect((await client.embed(request)).data).toEqual(vectors)
    })
  })

  describe('the emulator’s faults', () => {
    const texts = Array.from({ length: 300 }, (_, i) => `text ${i}`)
    const embedAll = async (fault: Fault, times: number, options: PineconeInferenceOptions = {}) => {
      const emulator = await startEmulator({ faults: [{ route: '/embed', times, fault }] })
      onTestFinished(() => emulator.close())
      const result = await clientOf(emulator.url, options)
        .embedAll({ ...request, inputs: texts })
        .catch((reason: unknown) => reason)
      return { result, requests: emulator.requests.length }
    }

    it.each<[Fault]>([
      [{ kind: 'status', status: 500 }],
      [{ kind: 'status', status: 503, retryAfter: 0 }],
      [{ kind: 'status', status: 429, retryAfter: 0 }],
      [{ kind: 'reset' }],
      [{ kind: 'cut', bytes: 0 }],
      [{ kind: 'cut', bytes: 5000 }],
    ])('are overcome by one request more: %j', async (fault) => {
      const { result, requests } = await embedAll(fault, 1)
      expect(result).toMatchObject({ data: { length: 300 } })
      expect(requests).toBe(5)
    })

    it.each<[Fault]>([[{ kind: 'stall', at: 'headers' }], [{ kind: 'stall', at: 'body', bytes: 100 }]])(
      'are overcome when the time is up: %j',
      async (fault) => {
        const { result, requests } = await embedAll(fault, 1, { timeout: 1500 })
        expect(result).toMatchObject({ data: { length: 300 } })
        expect(requests).toBe(5)
      },
    )

    const malformations: Malformation[] = [
      'not-json',
      'empty',
      'wrong-shape',
      'wrong-count',
      'wrong-dimension',
      'wrong-type',
      'non-finite',
    ]

    it.each(malformations)('are overcome by one request more: an answer that is %s', async (as) => {
      const { result, requests } = await embedAll({ kind: 'malformed', as }, 1)
      expect(result).toMatchObject({ data: { length: 300 } })
      expect(requests).toBe(5)
    })

    it.each(malformations)('are named with their inputs: an answer that is always %s', async (as) => {
      const { result } = await embedAll({ kind: 'malformed', as }, 1000, { maxConcurrency: 1 })
      expect(result).toBeInstanceOf(PineconeResponseError)
      expect(result).toMatchObject({ attempts: 3 })
      // While the first batch waits for another attempt, the next ones have theirs.
      const batches = [0, 96, 192, 288].map((start) => [start, Math.min(300, start + 96)])
      expect(batches).toContainEqual((result as PineconeResponseError).inputRange)
    })

    it.each([
      ['cut', { kind: 'cut', bytes: 10 }, PineconeConnectionError],
      ['status', { kind: 'status', status: 503, retryAfter: 0 }, PineconeServerError],
    ] as const)('are reported when they do not end: %s', async (_, fault, type) => {
      const { result } = await embedAll(fault, 1000)
      expect(result).toBeInstanceOf(type)
      expect(result).toMatchObject({ attempts: 3, inputRange: [expect.any(Number), expect.any(Number)] })
    })
  })

  /** Sends a body for as long as somebody takes it. */
  function endless(socket: Parameters<Behaviour>[0]): void {
    const block = Buffer.alloc(1 << 20, ' ')
    socket.write(head(undefined, chunked))
    const more = () => {
      if (socket.destroyed) return
      socket.write(`${block.length.toString(16)}\r\n`)
      socket.write(block)
      // A write to a socket that has failed calls back at once, before the failure destroys it.
      socket.write('\r\n', (failure) => failure ?? more())
    }
    more()
  }

  /** A https address behind which a server speaks first, and no TLS. */
  async function closedServer(): Promise<string> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    return `http://127.0.0.1:${port}`
  }

  async function plainServer(): Promise<string> {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    return `https://127.0.0.1:${(server.address() as { port: number }).port}`
  }
})
