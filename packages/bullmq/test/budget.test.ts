import type { BudgetRequest, RateLimit } from '@pinecone-inference/client'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RedisBudget } from '../dist/index.js'
import { hasRedisServer, RedisServer } from './redis-server.js'

const passages = { model: 'multilingual-e5-large', inputType: 'passage' }

/** Two processes' budgets of one Redis, as far as Redis can tell. */
async function twoBudgets(rateLimit: RateLimit = {}) {
  const server = await RedisServer.start()
  onTestFinished(() => server[Symbol.asyncDispose]())
  return [0, 1].map(() => {
    const redis = new Redis(server.url)
    onTestFinished(() => redis.disconnect())
    return new RedisBudget({ redis, rateLimit })
  }) as [RedisBudget, RedisBudget]
}

const never = new AbortController().signal

/** Whether a request is let in without being told to wait for longer than a moment. */
function goesNow(budget: RedisBudget, request: BudgetRequest): Promise<boolean> {
  const impatient = new AbortController()
  return budget
    .enter(request, impatient.signal, ({ waitMs }) => {
      if (waitMs > 100) impatient.abort()
    })
    .then(
      () => true,
      () => false,
    )
}

describe.runIf(hasRedisServer())('a budget in Redis', () => {
  it('is one for all processes', async () => {
    const [a, b] = await twoBudgets({ tokensPerMinute: 1_000 })
    await a.enter({ ...passages, tokens: 600 }, never)
    expect(await goesNow(b, { ...passages, tokens: 600 })).toBe(false)
    expect(await goesNow(b, { ...passages, tokens: 300 })).toBe(true)
    expect(await goesNow(a, { ...passages, tokens: 300 })).toBe(false)
  })

  it('is one for each model and input type', async () => {
    const [a, b] = await twoBudgets({ tokensPerMinute: 1_000 })
    await a.enter({ ...passages, tokens: 1_000 }, never)
    expect(await goesNow(b, { ...passages, inputType: 'query', tokens: 1_000 })).toBe(true)
    expect(await goesNow(b, { ...passages, model: 'llama-text-embed-v2', tokens: 1_000 })).toBe(true)
    expect(await goesNow(b, { ...passages, tokens: 1_000 })).toBe(false)
  })

  it('is corrected by what the service counted', async () => {
    const [a, b] = await twoBudgets({ tokensPerMinute: 1_000 })
    const entry = await a.enter({ ...passages, tokens: 900 }, never)
    expect(await goesNow(b, { ...passages, tokens: 700 })).toBe(false)
    entry.accepted(200)
    expect(await goesNow(b, { ...passages, tokens: 700 })).toBe(true)
  })

  it('counts requests too, if those are limited', async () => {
    const [a, b] = await twoBudgets({ requestsPerMinute: 2 })
    await a.enter({ model: 'bge-reranker-v2-m3' }, never)
    await b.enter({ model: 'bge-reranker-v2-m3' }, never)
    expect(await goesNow(a, { model: 'bge-reranker-v2-m3' })).toBe(false)
  })

  it('counts requests per model, whatever their input type', async () => {
    const [a, b] = await twoBudgets({ requestsPerMinute: 2 })
    await a.enter({ ...passages, tokens: 1 }, never)
    await b.enter({ ...passages, inputType: 'query', tokens: 1 }, never)
    expect(await goesNow(a, { ...passages, tokens: 1 })).toBe(false)
    expect(await goesNow(a, { ...passages, inputType: 'other', tokens: 1 })).toBe(false)
    expect(await goesNow(b, { ...passages, model: 'llama-text-embed-v2', tokens: 1 })).toBe(true)
  })

  it('after a 429 to one process admits no request of any, until the service accepts requests again', async () => {
    const [a, b] = await twoBudgets()
    const entry = await a.enter({ ...passages, tokens: 100 }, never)
    expect(await goesNow(b, { ...passages, tokens: 100 })).toBe(true)
    const start = performance.now()
    entry.refused(500)
    // on the connection of the refusal, so after it
    expect(await goesNow(a, { ...passages, tokens: 100 })).toBe(false)
    await b.enter({ ...passages, tokens: 100 }, never)
    expect(performance.now() - start).toBeGreaterThanOrEqual(490)
  })

  it('is learned from 429s if it is not configured: the next request waits for the tokens of the last one', async () => {
    const [a, b] = await twoBudgets()
    const entry = await a.enter({ ...passages, tokens: 100 }, never)
    entry.refused(300)
    const next = await b.enter({ ...passages, tokens: 100 }, never)
    // nobody else before it is known whether the service accepts again
    expect(await goesNow(a, { ...passages, tokens: 100 })).toBe(false)
    next.accepted(100)
    // 100 tokens in 300 ms to begin with
    expect(await goesNow(a, { ...passages, tokens: 1_000_000 })).toBe(false)
    expect(await goesNow(a, { ...passages, tokens: 1 })).toBe(true)
  })

  it('is not learned from many small requests for a large one', async () => {
    const [a, b] = await twoBudgets()
    for (let i = 0; i < 20; i++) (await a.enter({ ...passages, tokens: 1 }, never)).accepted(1)
    const large = await a.enter({ ...passages, tokens: 1_000 }, never)
    large.refused(1)
    // 1,000 tokens in a millisecond; by the small ones it would be 20 a minute.
    for (let i = 0; i < 3; i++) await b.enter({ ...passages, tokens: 1_000 }, never)
  })

  it('survives a clock of Redis that was set back', async () => {
    const server = await RedisServer.start()
    onTestFinished(() => server[Symbol.asyncDispose]())
    const redis = new Redis(server.url)
    onTestFinished(() => redis.disconnect())
    const configured = new RedisBudget({
      redis,
      rateLimit: { tokensPerMinute: 1_000, requestsPerMinute: 1_000 },
    })
    const learned = new RedisBudget({ redis, prefix: 'learned' })
    const entry = await configured.enter({ ...passages, tokens: 100 }, never)
    entry.accepted(100)
    const refused = await learned.enter({ ...passages, tokens: 100 }, never)
    refused.refused(1)
    const probe = await learned.enter({ ...passages, tokens: 100 }, never)
    probe.accepted(100)
    expect(await goesNow(learned, { ...passages, tokens: 1 })).toBe(true)

    // What a clock leaves that was an hour ahead.
    for (const key of await redis.keys('*')) {
      const state = JSON.parse((await redis.get(key)) ?? '') as { times: Record<string, number> }
      for (const [name, time] of Object.entries(state.times))
        if (time > 0) state.times[name] = time + 3_600_000
      await redis.set(key, JSON.stringify(state))
    }
    expect(await goesNow(configured, { ...passages, tokens: 900 })).toBe(true)
    expect(await goesNow(learned, { ...passages, tokens: 1 })).toBe(true)
  })

  it('an abort ends the wait, even behind other requests of the same process', async () => {
    const [a] = await twoBudgets({ tokensPerMinute: 1_000 })
    await a.enter({ ...passages, tokens: 1_000 }, never)
    const first = new AbortController()
    const second = new AbortController()
    const waits = [first, second].map(({ signal }) => a.enter({ ...passages, tokens: 1_000 }, signal))
    const outcomes = Promise.allSettled(waits)
    second.abort(new Error('second'))
    await expect(waits[1]).rejects.toThrow('second')
    first.abort(new Error('first'))
    await expect(waits[0]).rejects.toThrow('first')
    await outcomes
  })

  it('a request that is aborted while Redis admits it takes nothing', async () => {
    const [a] = await twoBudgets({ tokensPerMinute: 1_000, requestsPerMinute: 2 })
    await a.enter({ ...passages, tokens: 400 }, never)
    const stop = new AbortController()
    const entering = a.enter({ ...passages, tokens: 600 }, stop.signal)
    // By then it has asked, and has no answer.
    await new Promise((resolve) => setImmediate(resolve))
    stop.abort(new Error('stopped'))
    await expect(entering).rejects.toThrow('stopped')
    expect(await goesNow(a, { ...passages, tokens: 600 })).toBe(true)
  })

  it('a request that is already aborted waits for no other', async () => {
    const [a] = await twoBudgets({ tokensPerMinute: 1_000 })
    await a.enter({ ...passages, tokens: 1_000 }, never)
    const stop = new AbortController()
    const waiting = a.enter({ ...passages, tokens: 1_000 }, stop.signal)
    const aborted = AbortSignal.abort(new Error('aborted before'))
    await expect(a.enter({ ...passages, tokens: 1 }, aborted)).rejects.toThrow('aborted before')
    stop.abort(new Error('stopped'))
    await expect(waiting).rejects.toThrow('stopped')
  })
})
