import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  PineconeConfigurationError,
  PineconeInference,
  PineconeQuotaError,
  PineconeRateLimitError,
  type RequestWaitEvent,
} from '../dist/index.js'
import {
  E5,
  embedAnswer,
  errorBody,
  json,
  type ReceivedRequest,
  rerankAnswer,
  scriptedApi,
  texts,
} from './scripted-api.js'

function fakeClock() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
  onTestFinished(() => void vi.useRealTimers())
}

/** Lets everything happen that waits for the network and not for the clock. */
async function settle(api: { inFlight: number; requests: unknown[] }) {
  // undici is loaded before the first request
  for (let quiet = 0, seen = -1; quiet < 20 || seen < 1; quiet++) {
    await new Promise((resolve) => setImmediate(resolve))
    if (api.inFlight > 0 || api.requests.length !== seen) quiet = 0
    seen = api.requests.length
  }
}

/** Lets the clock go on, in steps shorter than any timeout, until so many requests were sent. */
async function untilSent(api: { inFlight: number; requests: unknown[] }, count: number) {
  while (api.requests.length < count) {
    await vi.advanceTimersByTimeAsync(1000)
    await settle(api)
  }
}

const refuse = (retryAfter: string) => (response: Parameters<typeof json>[0]) =>
  json(response, 429, errorBody(429, 'RESOURCE_EXHAUSTED', 'slow down'), { 'retry-after': retryAfter })

const first = (request: ReceivedRequest) => request.body.inputs?.[0]?.text ?? request.body.query

describe('after a 429', () => {
  it('every request of that model and input type waits as long as the service asked; others continue', async () => {
    fakeClock()
    const api = await scriptedApi((request, response, number) => {
      if (number === 1) return refuse('5')(response)
      return request.path === '/rerank' ? rerankAnswer(request) : embedAnswer(request)
    })
    const client = api.client()
    const passage = (text: string) => client.embed({ ...E5, inputs: [text] })
    const refused = passage('refused')
    await settle(api)
    const held = [passage('held 1'), passage('held 2')]
    const query = client.embed({ ...E5, inputs: ['query'], parameters: { inputType: 'query' } })
    const rerank = client.rerank({ model: 'bge-reranker-v2-m3', query: 'rerank', documents: ['a 0.1'] })
    await Promise.all([query, rerank])
    await settle(api)
    expect(api.requests.map(first).sort()).toEqual(['query', 'refused', 'rerank'])

    await vi.advanceTimersByTimeAsync(4999)
    await settle(api)
    expect(api.requests).toHaveLength(3)
    await vi.advanceTimersByTimeAsync(1)
    await settle(api)
    expect(first(api.requests[3] as ReceivedRequest)).toBe('refused')
    await untilSent(api, 6)
    await Promise.all([refused, ...held])
    expect(api.requests).toHaveLength(6)
  })

  it('that held back its own request only, the client and an event say that it waits, and for how long', async () => {
    fakeClock()
    const waits: unknown[] = []
    const onWait = (event: unknown) => void waits.push((event as RequestWaitEvent).wait)
    subscribe('pinecone-inference:request:wait', onWait)
    onTestFinished(() => void unsubscribe('pinecone-inference:request:wait', onWait))
    const api = await scriptedApi((request, response, number) =>
      number === 5 ? refuse('5')(response) : embedAnswer(request),
    )
    const client = api.client({ maxConcurrency: 1 })
    for (const text of ['a', 'b', 'c', 'd']) await client.embed({ ...E5, inputs: [text] })
    const refused = client.embed({ ...E5, inputs: ['refused'] })
    await settle(api)
    await client.embed({ ...E5, inputs: ['another'] })
    const wait = { reason: 'refused', waitMs: 5_000 }
    expect(waits).toEqual([wait])
    expect(client.waiting).toEqual([{ model: E5.model, inputType: 'passage', requests: 1, ...wait }])
    await vi.advanceTimersByTimeAsync(5_000)
    await refused
    expect(client.waiting).toEqual([])
  })

  it('with a single slot the next batch does not leave during the hold', async () => {
    fakeClock()
    const api = await scriptedApi((request, response, number) =>
      number === 1 ? refuse('5')(response) : embedAnswer(request),
    )
    const bulk = api.client({ maxConcurrency: 1 }).embedAll({ ...E5, inputs: texts(96 * 3) })
    await settle(api)
    await vi.advanceTimersByTimeAsync(4999)
    await settle(api)
    expect(api.requests).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    await settle(api)
    expect(first(api.requests[1] as ReceivedRequest)).toBe('text number 0')
    await untilSent(api, 4)
    expect((await bulk).data).toHaveLength(96 * 3)
  })

  it('a single request goes before the batches that were refused', async () => {
    fakeClock()
    const api = await scriptedApi((request, response, number) =>
      number <= 2 ? refuse('5')(response) : embedAnswer(request),
    )
    const client = api.client({ maxConcurrency: 2 })
    const bulk = client.embedAll({ ...E5, inputs: texts(96 * 2) })
    await settle(api)
    expect(api.requests).toHaveLength(2)
    const query = client.embed({ ...E5, inputs: ['query'] })
    await vi.advanceTimersByTimeAsync(5000)
    await query
    expect(first(api.requests[2] as ReceivedRequest)).toBe('query')
    await untilSent(api, 5)
    await bulk
  })

  it('that names no time the next attempt comes at the pace to begin with, a request a second', async () => {
    fakeClock()
    const api = await scriptedApi((request, response, number) =>
      number === 1
        ? json(response, 429, errorBody(429, 'RESOURCE_EXHAUSTED', 'slow down'))
        : embedAnswer(request),
    )
    const result = api.client().embed({ ...E5, inputs: ['a'] })
    await settle(api)
    await vi.advanceTimersByTimeAsync(999)
    await settle(api)
    expect(api.requests).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    await settle(api)
    expect(api.requests).toHaveLength(2)
    expect((await result).data).toHaveLength(1)
  })

  it('that asks for more than two minutes, as for a spent month, the error comes at once and holds nothing back', async () => {
    const api = await scriptedApi((request, response, number) =>
      number === 1 ? refuse('86400')(response) : embedAnswer(request),
    )
    const client = api.client()
    const error = await client.embed({ ...E5, inputs: ['a'] }).catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(PineconeRateLimitError)
    expect(error).toMatchObject({ retryAfterMs: 86_400_000, attempts: 1 })
    expect((await client.embed({ ...E5, inputs: ['b'] })).data).toHaveLength(1)
  })
})

describe('after a 429 that speaks of the month', () => {
  const month =
    "You've reached the embedding token limit (5000000) for model multilingual-e5-large for the current month across your organization."
  const monthUsedUp = (response: Parameters<typeof json>[0]) =>
    json(response, 429, errorBody(429, 'RESOURCE_EXHAUSTED', month))

  it('all calls of the model end with it, sent or not, for a minute; then one asks again', async () => {
    fakeClock()
    let isUpgraded = false
    const api = await scriptedApi((request, response) => {
      if (request.path === '/rerank') return rerankAnswer(request)
      return isUpgraded ? embedAnswer(request) : monthUsedUp(response)
    })
    const client = api.client({ maxConcurrency: 1 })
    const passage = () => client.embed({ ...E5, inputs: ['a'] })
    const query = () => client.embed({ ...E5, inputs: ['b'], parameters: { inputType: 'query' } })
    const bulk = () => client.embedAll({ ...E5, inputs: texts(10) }, { batchSize: 1 })
    const calls = [passage(), query(), bulk(), passage()].map((call) => call.catch((error: unknown) => error))
    for (const error of await Promise.all(calls)) {
      expect(error).toBeInstanceOf(PineconeQuotaError)
      expect(error).toMatchObject({ quota: 'month', message: expect.stringContaining(month) })
    }
    expect(api.requests).toHaveLength(1)
    expect(client.waiting).toEqual([
      { model: E5.model, reason: 'month used up', waitMs: expect.any(Number), requests: 0 },
    ])
    await client.rerank({ model: 'bge-reranker-v2-m3', query: 'rerank', documents: ['a 0.1'] })

    isUpgraded = true
    await vi.advanceTimersByTimeAsync(58_000)
    await expect(query()).rejects.toThrow(/asked again in 2 s/)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(client.waiting).toEqual([])
    await Promise.all([query(), bulk()])
  })

  it('it is forgotten as soon as a request that was on the wire is accepted', async () => {
    let accept = () => {}
    const api = await scriptedApi((request, response, number) => {
      if (number === 2) return monthUsedUp(response)
      if (number > 2) return embedAnswer(request)
      return new Promise((resolve) => {
        accept = () => resolve(embedAnswer(request))
      })
    })
    const client = api.client()
    const passage = () => client.embed({ ...E5, inputs: ['a'] })
    const first = passage()
    await vi.waitFor(() => expect(api.requests).toHaveLength(1))
    await expect(passage()).rejects.toThrow(PineconeQuotaError)
    await expect(passage()).rejects.toThrow(PineconeQuotaError)
    accept()
    await first
    await passage()
    expect(api.requests).toHaveLength(3)
  })
})

describe('rateLimit', () => {
  it('spends a minute’s tokens at once and then keeps the rate, over all calls, by what the service counts', async () => {
    fakeClock()
    const api = await scriptedApi((request) => ({
      ...embedAnswer(request),
      usage: { total_tokens: 100 * request.body.inputs.length },
    }))
    const client = api.client({ maxConcurrency: 1, rateLimit: { tokensPerMinute: 1000 } })
    const call = () => client.embedAll({ ...E5, inputs: texts(10) }, { batchSize: 1 })
    const calls = [call(), call()]
    await settle(api)
    expect(api.requests).toHaveLength(10)
    await vi.advanceTimersByTimeAsync(6000)
    await settle(api)
    expect(api.requests).toHaveLength(11)
    for (let more = 0; more < 9; more++) {
      await vi.advanceTimersByTimeAsync(6000)
      await settle(api)
    }
    await Promise.all(calls)
    expect(api.requests).toHaveLength(20)
  })

  it('is drawn from by the estimate where an answer does not say what was counted', async () => {
    fakeClock()
    const api = await scriptedApi((request) => ({ ...embedAnswer(request), usage: {} }))
    const client = api.client({ rateLimit: { tokensPerMinute: 44 } })
    const embed = () => client.embed({ ...E5, inputs: ['x'.repeat(60)] })
    const calls = [embed(), embed(), embed()]
    await settle(api)
    expect(api.requests).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(30_000)
    for (const { usage } of await Promise.all(calls)) expect(usage).toEqual({ totalTokens: 0 })
  })

  it('is not drawn from by calls that are aborted before they are sent', async () => {
    const api = await scriptedApi(embedAnswer)
    const client = api.client({ rateLimit: { requestsPerMinute: 2, tokensPerMinute: 100 } })
    const embed = (signal?: AbortSignal) => client.embed({ ...E5, inputs: ['a'] }, { signal })
    for (let i = 0; i < 5; i++) {
      const abort = new AbortController()
      const call = embed(abort.signal)
      abort.abort(new Error('enough'))
      await expect(call).rejects.toThrow('enough')
    }
    expect((await Promise.all([embed(), embed()])).length).toBe(2)
    expect(api.requests).toHaveLength(2)
  })

  it('counts requests too, for each model by itself', async () => {
    fakeClock()
    const api = await scriptedApi(rerankAnswer)
    const client = api.client({ rateLimit: { requestsPerMinute: 2 } })
    const rank = (model: string) => client.rerank({ model, query: 'q', documents: ['a 0.1'] })
    const calls = ['bge-reranker-v2-m3', 'pinecone-rerank-v0'].flatMap((model) =>
      [1, 2, 3].map(() => rank(model)),
    )
    await settle(api)
    expect(api.requests).toHaveLength(4)
    await vi.advanceTimersByTimeAsync(30_000)
    await Promise.all(calls)
    expect(api.requests).toHaveLength(6)
  })

  it.each([
    ['tokensPerMinute', { tokensPerMinute: 0 }],
    ['requestsPerMinute', { requestsPerMinute: Number.NaN }],
  ])('of nothing is refused: %s', (name, rateLimit) => {
    expect(() => new PineconeInference({ apiKey: 'k', rateLimit })).toThrow(PineconeConfigurationError)
    expect(() => new PineconeInference({ apiKey: 'k', rateLimit })).toThrow(`rateLimit.${name}`)
  })
})
