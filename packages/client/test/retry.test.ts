import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer, type Socket } from 'node:net'
import { buildConnector, Pool } from 'undici'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  PineconeApiError,
  PineconeAuthenticationError,
  PineconeConnectionError,
  PineconeInference,
  PineconeInvalidRequestError,
  PineconeRateLimitError,
  PineconeServerError,
  PineconeTimeoutError,
} from '../dist/index.js'
import { E5, embedAnswer, errorBody, event, json, scriptedApi, texts, vectorOf } from './scripted-api.js'

const one = { ...E5, inputs: ['a'] }
const at = { 'retry-after': '0.001' }
const reason = new Error('changed my mind')

describe('a request is sent again', () => {
  it.each([408, 429, 500, 502, 503, 504, 520, 524, 529])('after %i', async (status) => {
    const api = await scriptedApi((request, response, number) =>
      number < 3
        ? json(response, status, errorBody(status, 'UNAVAILABLE', 'later'), at)
        : embedAnswer(request),
    )
    expect((await api.client().embed(one)).data).toHaveLength(1)
    expect(api.requests).toHaveLength(3)
  })

  it('after a connection that is cut before, between and within answers', async () => {
    const api = await scriptedApi((request, response, number) => {
      if (number === 1) return void response.socket?.destroy()
      if (number === 2)
        return void response
          .writeHead(200, { 'content-length': '999' })
          .write('{"mod', () => response.destroy())
      return embedAnswer(request)
    })
    expect((await api.client().embed(one)).data).toHaveLength(1)
    expect(api.requests).toHaveLength(3)
  })

  it('after an attempt that took longer than its timeout', async () => {
    const api = await scriptedApi((request, _response, number) =>
      number === 1 ? undefined : embedAnswer(request),
    )
    expect((await api.client({ timeout: 200 }).embed(one)).data).toHaveLength(1)
    expect(api.requests).toHaveLength(2)
    await vi.waitUntil(() => api.inFlight === 0)
  })

  it('at most a hundred times in all while nothing succeeds, so that an outage is not made worse', async () => {
    const api = await scriptedApi((_request, response) =>
      json(response, 503, errorBody(503, 'UNAVAILABLE', 'down'), at),
    )
    const client = api.client()
    const failures = await Promise.all(
      Array.from({ length: 30 }, () => client.embed(one).catch((failure: PineconeServerError) => failure)),
    )
    expect(failures.every((failure) => failure instanceof PineconeServerError)).toBe(true)
    expect(api.requests).toHaveLength(30 + 100)
  })

  it('no more often because of retries after 429s, which take nothing from the hundred', async () => {
    let status = 503
    const api = await scriptedApi((request, response) =>
      status === 200
        ? embedAnswer(request)
        : json(response, status, errorBody(status, 'UNAVAILABLE', 'later'), at),
    )
    const client = api.client()
    await Promise.allSettled(Array.from({ length: 30 }, () => client.embed(one)))
    status = 429
    const channel = 'pinecone-inference:request:retry'
    const listener = () => {
      status = 200
    }
    subscribe(channel, listener)
    onTestFinished(() => void unsubscribe(channel, listener))
    await client.embed(one)
    status = 503
    await expect(client.embed(one)).rejects.toMatchObject({ status: 503, attempts: 1 })
  })

  it('as often as before, after a hundred calls that were aborted while they waited for it', async () => {
    const api = await scriptedApi((request, response) => {
      if (request.body.inputs[0].text !== 'a') return embedAnswer(request)
      return json(response, 503, errorBody(503, 'UNAVAILABLE', 'later'), { 'retry-after': '60' })
    })
    const client = api.client()
    const channel = 'pinecone-inference:request:retry'
    let waiting = 0
    const listener = () => void waiting++
    subscribe(channel, listener)
    onTestFinished(() => void unsubscribe(channel, listener))
    for (let round = 1; round <= 2; round++) {
      const abort = new AbortController()
      const calls = Array.from({ length: 60 }, () => client.embed(one, { signal: abort.signal }))
      const outcomes = Promise.allSettled(calls)
      await vi.waitUntil(() => waiting === 60 * round, 20_000)
      abort.abort(reason)
      for (const outcome of await outcomes) expect(outcome).toEqual({ status: 'rejected', reason })
    }
  })

  it('alone, not with the rest of its bulk call', async () => {
    const failed = new Set<string>()
    const api = await scriptedApi((request, response) => {
      const first = request.body.inputs[0].text
      if (first === 'text number 96' && !failed.has(first)) {
        failed.add(first)
        return json(response, 503, errorBody(503, 'UNAVAILABLE', 'later'), at)
      }
      return embedAnswer(request)
    })
    const { data } = await api.client().embedAll({ ...E5, inputs: texts(960) })
    expect(data[959]).toEqual({ vectorType: 'dense', values: vectorOf('text number 959') })
    expect(api.requests).toHaveLength(11)
  })
})

describe('after a failed request', () => {
  it.each([1, 2])('nothing more is sent, with %i slots', async (maxConcurrency) => {
    const api = await scriptedApi((_request, response) =>
      json(response, 400, errorBody(400, 'INVALID_ARGUMENT', 'no')),
    )
    const client = api.client({ maxConcurrency })
    await expect(client.embedAll({ ...E5, inputs: texts(96 * 30) })).rejects.toThrow('400')
    // what would be sent is on its way by the next request
    await expect(client.embed(one)).rejects.toThrow('400')
    expect(api.requests.length).toBeLessThanOrEqual(maxConcurrency + 1)
    expect(api.requests.filter(({ body }) => body.inputs.length > 1).length).toBeLessThanOrEqual(
      maxConcurrency,
    )
  })

  it('whoever aborts the rest because of it is in time', async () => {
    const api = await scriptedApi((_request, response) =>
      json(response, 400, errorBody(400, 'INVALID_ARGUMENT', 'no')),
    )
    const client = api.client({ maxConcurrency: 1 })
    const rest = new AbortController()
    const first = client.embed(one).catch((error: unknown) => rest.abort(error))
    const second = client.embed(one, { signal: rest.signal }).catch((error: unknown) => error)
    await first
    expect(await second).toMatchObject({ status: 400 })
    expect(api.requests).toHaveLength(1)
  })
})

describe('Retry-After', () => {
  it.each([
    ['seconds', () => '7', 7000],
    ['an HTTP date', (now: number) => new Date(now + 9000).toUTCString(), 9000],
  ])('given as %s is waited for before the next attempt', async (_, header, milliseconds) => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'],
      now: Date.UTC(2026, 0, 1),
    })
    onTestFinished(() => void vi.useRealTimers())
    const api = await scriptedApi((request, response, number) =>
      number === 1
        ? json(response, 429, errorBody(429, 'RESOURCE_EXHAUSTED', 'slow down'), {
            'retry-after': header(Date.now()),
          })
        : embedAnswer(request),
    )
    const result = api.client().embed(one)
    await untilWaiting(api)
    await vi.advanceTimersByTimeAsync(milliseconds - 1)
    expect(api.requests).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect((await result).data).toHaveLength(1)
  })

  /** The first answer is in and nothing is left to do but wait. */
  async function untilWaiting(api: { requests: unknown[]; inFlight: number }) {
    while (api.requests.length < 1 || api.inFlight > 0 || vi.getTimerCount() === 0) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
})

describe('a request is not sent again', () => {
  it.each([
    [400, PineconeInvalidRequestError],
    [401, PineconeAuthenticationError],
    [403, PineconeAuthenticationError],
    [404, PineconeInvalidRequestError],
    [422, PineconeInvalidRequestError],
    [409, PineconeApiError],
  ])('after %i', async (status, type) => {
    const api = await scriptedApi((_request, response) =>
      json(response, status, errorBody(status, 'SOME_CODE', 'the reason'), {
        'x-pinecone-request-id': 'req-1',
      }),
    )
    const error = await api
      .client()
      .embed(one)
      .catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(type)
    expect(error).toMatchObject({
      message: `POST ${api.url}/embed answered ${status}: SOME_CODE: the reason`,
      status,
      code: 'SOME_CODE',
      requestId: 'req-1',
      attempts: 1,
    })
    expect(api.requests).toHaveLength(1)
  })

  it('after a redirect, which would take the key elsewhere', async () => {
    const elsewhere = await scriptedApi(embedAnswer)
    const api = await scriptedApi(
      (_request, response) =>
        response.writeHead(307, { location: `${elsewhere.url}/embed` }).end() && undefined,
    )
    await expect(api.client().embed(one)).rejects.toThrow(
      `POST ${api.url}/embed answered 307 (redirects are not followed)`,
    )
    expect(elsewhere.requests).toHaveLength(0)
  })

  it('after the last retry, and the error says what came back and how often it was tried', async () => {
    const failing = (status: number) => (_request: unknown, response: Parameters<typeof json>[0]) =>
      json(response, status, errorBody(status, 'CODE', 'no'), at)
    const limited = await scriptedApi(failing(429))
    await expect(limited.client({ maxRetries: 2 }).embed(one)).rejects.toBeInstanceOf(PineconeRateLimitError)
    expect(limited.requests).toHaveLength(3)

    const down = await scriptedApi(failing(503))
    const error = await down
      .client({ maxRetries: 1 })
      .embed(one)
      .catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(PineconeServerError)
    expect(error).toMatchObject({ attempts: 2, retryAfterMs: 1 })
  })
})

describe('what the caller sees of a failed connection', () => {
  it('is a PineconeConnectionError with the code and the cause when nobody listens', async () => {
    const client = new PineconeInference({ apiKey: 'k', baseUrl: 'http://127.0.0.1:1', maxRetries: 0 })
    const error = await client.embed(one).catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(PineconeConnectionError)
    expect(error).toMatchObject({
      code: 'ECONNREFUSED',
      cause: expect.any(Error),
      message: expect.stringMatching(/^POST http:\/\/127.0.0.1:1\/embed: could not connect: /),
    })
    await client.close()
  })

  it('is a PineconeTimeoutError when the answer does not come', async () => {
    const api = await scriptedApi(() => undefined)
    const error = await api
      .client({ maxRetries: 0 })
      .embed(one, { timeout: 30 })
      .catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(PineconeTimeoutError)
    expect(error).toMatchObject({
      timeout: 30,
      message: `POST ${api.url}/embed: no complete answer within 30 ms`,
    })
  })

  it('is a PineconeTimeoutError when the body stops halfway', async () => {
    const api = await scriptedApi((_request, response) => void response.writeHead(200).write('{"model":'))
    await expect(api.client({ maxRetries: 0, timeout: 30 }).embed(one)).rejects.toBeInstanceOf(
      PineconeTimeoutError,
    )
  })
})

describe('an abort', () => {
  it('before the call sends nothing', async () => {
    const api = await scriptedApi(embedAnswer)
    await expect(
      api.client().embedAll({ ...E5, inputs: texts(5) }, { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason)
    expect(api.requests).toHaveLength(0)
  })

  it('while the connection is being made rejects at once', async () => {
    const sockets: Socket[] = []
    const blackHole = createServer((socket) => void sockets.push(socket))
    await new Promise<void>((resolve) => blackHole.listen(0, '127.0.0.1', resolve))
    const { port } = blackHole.address() as { port: number }
    // TLS towards a server that never says a word: the connection never stands.
    const client = new PineconeInference({ apiKey: 'k', baseUrl: `https://127.0.0.1:${port}` })
    onTestFinished(async () => {
      for (const socket of sockets) socket.destroy()
      await client.close()
      blackHole.close()
    })
    const abort = new AbortController()
    const call = client.embed(one, { signal: abort.signal })
    await vi.waitUntil(() => sockets.length > 0)
    abort.abort(reason)
    await expect(call).rejects.toBe(reason)
  })

  it('while the connection is being made leaves nothing to be sent once it is made', async () => {
    const api = await scriptedApi(embedAnswer)
    const connect = buildConnector({})
    const connecting = event<() => void>()
    const pool = new Pool(api.url, {
      connect: (options, callback) => connecting.happen(() => connect(options, callback)),
    })
    const abort = new AbortController()
    const call = api.client({ dispatcher: pool }).embed(one, { signal: abort.signal })
    const goOn = await connecting.happened
    abort.abort(reason)
    await expect(call).rejects.toBe(reason)
    goOn()
    await pool.close()
    expect(api.connections).toBe(1)
    expect(api.requests).toEqual([])
  })

  it('while the answer is awaited cancels the request on the wire', async () => {
    const api = await scriptedApi(() => undefined)
    const abort = new AbortController()
    const call = api.client().embed(one, { signal: abort.signal })
    await vi.waitUntil(() => api.inFlight === 1)
    abort.abort(reason)
    await expect(call).rejects.toBe(reason)
    await vi.waitUntil(() => api.inFlight === 0)
  })

  it('within the body cancels the request on the wire', async () => {
    const api = await scriptedApi((_request, response) => void response.writeHead(200).write('{"model":'))
    const abort = new AbortController()
    const call = api.client().embed(one, { signal: abort.signal })
    await vi.waitUntil(() => api.requests.length === 1)
    abort.abort(reason)
    await expect(call).rejects.toBe(reason)
    await vi.waitUntil(() => api.inFlight === 0)
  })

  it.each([429, 503])('during a wait for the next attempt rejects at once, after %i', async (status) => {
    const api = await scriptedApi((_request, response) =>
      json(response, status, errorBody(status, 'CODE', 'later'), { 'retry-after': '60' }),
    )
    const waiting = event()
    const channel = 'pinecone-inference:request:retry'
    const listener = () => waiting.happen()
    subscribe(channel, listener)
    onTestFinished(() => void unsubscribe(channel, listener))
    const abort = new AbortController()
    const call = api.client().embed(one, { signal: abort.signal })
    await waiting.happened
    abort.abort(reason)
    await expect(call).rejects.toBe(reason)
    expect(api.requests).toHaveLength(1)
  })

  it('in the queue frees the place: what comes after is served', async () => {
    let answer = () => {}
    const api = await scriptedApi(async (request, _response, number) => {
      if (number === 1) {
        await new Promise<void>((resolve) => {
          answer = resolve
        })
      }
      return embedAnswer(request)
    })
    const client = api.client({ maxConcurrency: 1 })
    const first = client.embed(one)
    await vi.waitUntil(() => api.inFlight === 1)
    const abort = new AbortController()
    const second = client.embed(one, { signal: abort.signal })
    const third = client.embed({ ...E5, inputs: ['c'] })
    abort.abort(reason)
    await expect(second).rejects.toBe(reason)
    answer()
    await first
    expect((await third).data[0]).toEqual({ vectorType: 'dense', values: vectorOf('c') })
    expect(api.requests).toHaveLength(2)
  })

  it('of a bulk call sends no further batch', async () => {
    const api = await scriptedApi(() => undefined)
    const abort = new AbortController()
    const call = api
      .client({ maxConcurrency: 2 })
      .embedAll({ ...E5, inputs: texts(2000) }, { signal: abort.signal })
    await vi.waitUntil(() => api.inFlight === 2)
    abort.abort(reason)
    await expect(call).rejects.toBe(reason)
    await vi.waitUntil(() => api.inFlight === 0)
    expect(api.requests).toHaveLength(2)
  })
})

describe('a query of a live user', () => {
  it('does not wait behind a bulk job’s batches', async () => {
    const open: { first: string; answer: () => void }[] = []
    const api = await scriptedApi(async (request) => {
      await new Promise<void>((answer) => open.push({ first: request.body.inputs[0].text, answer }))
      return embedAnswer(request)
    })
    const client = api.client({ maxConcurrency: 1 })
    const requested = (count: number) => vi.waitUntil(() => open.length >= count, { timeout: 20_000 })
    const bulk = client.embedAll({ ...E5, inputs: texts(96 * 20) })
    await requested(1)
    const query = client.embed({ ...E5, inputs: ['the query'], parameters: { inputType: 'query' } })
    open[0]?.answer()
    await requested(2)
    expect(open[1]?.first).toBe('the query')
    for (let i = 1; i < 21; i++) {
      await requested(i + 1)
      open[i]?.answer()
    }
    await Promise.all([query, bulk])
  })
})
