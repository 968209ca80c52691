import { setImmediate as nextTurn } from 'node:timers/promises'
import { PineconeInference, PineconeQuotaError } from '@pinecone-inference/client'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  atATime,
  bucket,
  burst,
  fixedWindow,
  outage,
  random,
  type Service,
} from '../bench/rate-limit/simulation/services.js'
import { type Job, requests, simulate } from '../bench/rate-limit/simulation/simulate.js'

const PER_SECOND = 20_000
const job = (service: () => Service, more: Partial<Job> = {}): Job => ({
  service,
  amounts: requests(400, 7_000),
  latency: 300,
  hint: 'whole seconds',
  ...more,
})

async function run(service: () => Service, more?: Partial<Job>) {
  const { took, ideal, refused, sent } = await simulate(job(service, more))
  return { over: took / ideal, extraMs: took - ideal, share: refused / sent }
}

const told = (times: number) => ({ rateLimit: { tokensPerMinute: times * PER_SECOND * 60 } })

describe('in virtual time a bulk job', () => {
  it.each([
    ['2 s deep', 2, {}, 1.1, 0.05],
    ['10 s deep', 10, {}, 1.1, 0.05],
    ['60 s deep', 60, {}, 1.1, 0.05],
    ['2 s deep, told the rate', 2, told(1), 1.05, 0.03],
    ['10 s deep, told the rate', 10, told(1), 1.05, 0.03],
    ['60 s deep, told the rate', 60, told(1), 1.05, 0.03],
    ['2 s deep, told twice the rate', 2, told(2), 1.1, 0.05],
    ['60 s deep, estimates off', 60, { estimatesOff: 0.2 }, 1.1, 0.05],
  ])('finds the limit of a token bucket %s', async (_, depth, more, over, share) => {
    const result = await run(() => bucket(PER_SECOND, depth), more)
    expect(result.over).toBeLessThanOrEqual(over)
    expect(result.share).toBeLessThanOrEqual(share)
  })

  it.each([
    ['aligned', 0, 0],
    ['begun', 25, 0],
    ['spent', 25, 1],
  ])('uses what a window of a minute allows: %s', async (_, begun, spent) => {
    const result = await run(() => fixedWindow(PER_SECOND, 60, begun, spent))
    expect(result.over).toBeLessThanOrEqual(1.1)
    expect(result.share).toBeLessThanOrEqual(0.1)
  })

  it.each([
    [0.01, 1.3],
    [0.05, 2],
    [0.1, 2],
    [0.2, 2],
    [0.3, 2],
  ])('is not slowed for good by random 429s of a share of %f', async (share, over) => {
    expect((await run(() => random(share))).over).toBeLessThanOrEqual(over)
  })

  it.each([
    ['at the start', 0, 0.4],
    ['after 2 s', 2, 2.35],
  ])('goes on after a burst of 429s %s', async (_, from, until) => {
    expect((await run(() => burst(from, until))).extraMs).toBeLessThanOrEqual(5_000)
  })

  it('is back at its speed soon after 20 s of nothing but 429s', async () => {
    expect((await run(() => outage(5, 25, false))).extraMs).toBeLessThanOrEqual(10_000)
  })

  it.each([1, 2, 3, 4, 6])('keeps a service busy that takes only %i at a time', async (most) => {
    const { over, share } = await run(() => atATime(most))
    expect(over).toBeLessThanOrEqual(1.4)
    expect(share).toBeLessThanOrEqual(0.1)
  })
})

it('a bulk call of which nothing is accepted for 75 s ends as a whole, with one error', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const askedAt: number[] = []
  const refuse = async () => {
    askedAt.push(performance.now())
    const error = { code: 'RESOURCE_EXHAUSTED', message: 'Too many requests' }
    return Response.json({ status: 429, error }, { status: 429 })
  }
  const pinecone = new PineconeInference({ apiKey: 'offline', fetch: refuse })
  onTestFinished(() => pinecone.close())
  const endings: { readonly error: unknown; readonly at: number; readonly asked: number }[] = []
  pinecone
    .embedAll({
      model: 'multilingual-e5-large',
      inputs: Array.from({ length: 1000 }, (_, i) => `Passage ${i}`),
      parameters: { inputType: 'passage' },
    })
    .catch((error: unknown) => endings.push({ error, at: performance.now(), asked: askedAt.length }))
  const passTime = async () => {
    // Reading an answer, say, is no timer: it takes turns of the real event loop.
    await nextTurn()
    await vi.advanceTimersByTimeAsync(500)
  }

  while (askedAt.length === 0) await nextTurn()
  while (endings.length === 0) await passTime()
  const ended = endings[0]
  expect(ended?.error).toBeInstanceOf(PineconeQuotaError)
  expect(ended?.error).toMatchObject({ quota: 'unknown', partial: { data: [], usage: { totalTokens: 0 } } })
  expect((ended?.at ?? 0) - (askedAt[0] ?? 0)).toBeGreaterThanOrEqual(75_000)

  for (let i = 0; i < 120; i++) await passTime()
  expect(askedAt).toHaveLength(ended?.asked ?? 0)
})

describe('live queries, five a second,', () => {
  /** Refuses the queries of these numbers. */
  const refusing = (...numbers: number[]): Service => {
    let number = 0
    return { isNoise: true, wait: () => (numbers.includes(number++) ? 1000 : 0) }
  }

  it.each([
    ['one 429', [50]],
    ['three 429s in a row', [50, 51, 52]],
  ])('wait a moment for %s, and are as quick as before 5 s later', async (_, numbers) => {
    const live = { perSecond: 5, amount: 20, seconds: 30 }
    const { live: queries } = await simulate(
      job(() => refusing(...numbers), { amounts: [], latency: 30, live }),
    )
    expect(Math.max(...queries.map(({ took }) => took))).toBeLessThanOrEqual(2_500)
    const later = queries.filter(({ at }) => at > 17_000)
    expect(Math.max(...later.map(({ took }) => took))).toBeLessThanOrEqual(31)
  })

  it('beside a bulk job wait for no more than one answer more', async () => {
    const { live } = await simulate(
      job(() => bucket(PER_SECOND, 60), {
        live: { perSecond: 5, amount: 20, seconds: 30, service: () => bucket(50_000 / 60, 60) },
      }),
    )
    const times = live.map(({ took }) => took).sort((a, b) => a - b)
    expect(times[Math.floor(0.95 * times.length)]).toBeLessThanOrEqual(2 * 300)
  })

  it.each([
    ['that is full', 1],
    ['that is empty at the start', 0],
  ])('that share a token bucket %s with a bulk job do not wait for its batches', async (_, fill) => {
    const { live, took, ideal } = await simulate(
      job(() => bucket(PER_SECOND, 10, fill), { live: { perSecond: 5, amount: 20, seconds: 100 } }),
    )
    const times = live.map(({ took }) => took).sort((a, b) => a - b)
    expect(times[Math.floor(0.5 * times.length)]).toBe(300)
    // A 429's Retry-After, and an answer before and after it.
    expect(times.at(-1)).toBeLessThanOrEqual(2_000)
    expect(took / ideal).toBeLessThanOrEqual(1.1)
  })
})
