import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type EmulatorOptions, startEmulator } from '../dist/index.js'
import { call, embedBody, withEmulator } from './client.js'

/** Limits and words: https://docs.pinecone.io/reference/api/database-limits/rate-limits, read on 2026-11-28. */

const at = (seconds: number) => vi.setSystemTime(1_700_000_000_000 + seconds * 1000)
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  at(0)
})
afterEach(() => {
  vi.useRealTimers()
})

interface Refusal {
  error?: { message: string }
}

async function asked(options: EmulatorOptions, use: (ask: Ask) => Promise<void>) {
  await withEmulator(options, (emulator) =>
    use(async (path, body) => {
      const answer = await call<Refusal>(emulator, path, { body })
      return [answer.status, answer.body.error?.message ?? '', answer.headers.get('retry-after')]
    }),
  )
}

type Ask = (path: string, body: unknown) => Promise<[number, string, string | null]>

const rerank = (model: string) => ({ model, query: 'a', documents: [{ text: 'a' }] })

it('Cohere’s models only on paid plans', async () => {
  const model = 'cohere-rerank-4-fast'
  await asked({ plan: 'builder' }, async (ask) => {
    expect(await ask('/rerank', rerank(model))).toEqual([
      403,
      `Project is not authorized to use model ${model}`,
      null,
    ])
  })
  await asked({ plan: 'standard' }, async (ask) => {
    expect((await ask('/rerank', rerank(model)))[0]).toBe(200)
  })
})

it('a month’s budget says so, names no time, and does not come back', async () => {
  await asked({ rateLimit: { tokensPerMonth: 5, requestsPerMonth: 1 } }, async (ask) => {
    const body = embedBody(['one two three'])
    expect((await ask('/embed', body))[0]).toBe(200)
    const refused = [
      429,
      "Request failed. You've reached the embedding token limit (5) for model multilingual-e5-large for the current month. To continue using this model, upgrade your plan.",
      null,
    ]
    expect(await ask('/embed', body)).toEqual(refused)
    at(3600)
    expect(await ask('/embed', body)).toEqual(refused)
    expect((await ask('/rerank', rerank('bge-reranker-v2-m3')))[0]).toBe(200)
    expect((await ask('/rerank', rerank('bge-reranker-v2-m3')))[0]).toBe(429)
  })
})

it('without Retry-After, where a client is to be tried so', async () => {
  await asked({ rateLimit: { requestsPerMinute: 1, retryAfter: false } }, async (ask) => {
    const body = embedBody(['a'])
    expect((await ask('/embed', body))[0]).toBe(200)
    expect(await ask('/embed', body)).toEqual([
      429,
      expect.stringContaining('max requests per minute (1)'),
      null,
    ])
  })
})

it('a plan that does not exist is refused', async () => {
  await expect(startEmulator({ plan: 'free' as 'starter' })).rejects.toThrow(
    "'plan' is 'free'; allowed: starter, builder, standard, enterprise",
  )
})
