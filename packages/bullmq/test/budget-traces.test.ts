import type { BudgetEntry, BudgetRequest, RateLimit } from '@pinecone-inference/client'
import {
  drawsOf,
  type RateState,
  type RequestEvent,
  stateOf,
  statesAfter,
  waitOf,
} from '@pinecone-inference/client/adapters'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RedisBudget } from '../dist/index.js'
import { DEFAULT_PREFIX, rateKey } from '../src/redis/keys.js'
import { hasRedisServer, RedisServer } from './redis-server.js'

const never = new AbortController().signal
const passages = { model: 'multilingual-e5-large', inputType: 'passage' }
/** More tokens than any limit of these tests admits at once. */
const large: BudgetRequest = { ...passages, tokens: 1_000_000 }

/** How a request ends: told to the budget in Redis, and to the policy in memory. */
interface Ending {
  tell(entry: BudgetEntry): unknown
  happening(sentAt: number): RequestEvent
}

/** A request of so many tokens is sent; or the request of that name ends. */
type Step = readonly [name: string, event: number | Ending]

const accepted = (tokens?: number): Ending => ({
  tell: (entry) => entry.accepted(tokens),
  happening: () => ({ is: 'accepted', tokens }),
})
const refused = (retryAfterMs?: number): Ending => ({
  tell: (entry) => entry.refused(retryAfterMs),
  happening: (sentAt) => ({ is: 'refused', sentAt, retryAfterMs }),
})
const failed: Ending = { tell: (entry) => entry.failed(), happening: () => ({ is: 'failed' }) }
const withdrawn: Ending = {
  tell: (entry) => entry.withdrawn?.(),
  happening: () => ({ is: 'withdrawn' }),
}

const disproved: Ending = {
  tell: (entry) => entry.disproved?.(),
  happening: () => ({ is: 'disproved' }),
}

const traces: [string, RateLimit, Step[]][] = [
  [
    'counts that differ from the estimates',
    { tokensPerMinute: 60_000, requestsPerMinute: 600 },
    [
      ['a', 900],
      ['b', 500],
      ['a', accepted(400)],
      ['c', 700],
      ['b', accepted(1_300)],
      ['c', accepted()],
    ],
  ],
  [
    'a failed request, and one that is not sent',
    { tokensPerMinute: 60_000 },
    [
      ['a', 900],
      ['b', 500],
      ['c', 700],
      ['b', failed],
      ['c', withdrawn],
      ['a', accepted(900)],
    ],
  ],
  [
    'a 429 with Retry-After, for which the next request waits',
    {},
    [
      ['a', 900],
      ['b', 500],
      ['c', 700],
      ['a', refused(20)],
      ['b', accepted(480)],
      ['a again', 900],
      ['a again', accepted(850)],
      ['c', refused(7_000)],
    ],
  ],
  [
    '429s to everything, and what then ends some other way',
    {},
    [
      ['a', 900],
      ['b', 500],
      ['c', 700],
      ['d', 300],
      ['a', refused()],
      ['b', refused(0)],
      ['c', failed],
      ['d', refused(7_000)],
    ],
  ],
  [
    '429s that turn out to come from a limit on requests in flight',
    { tokensPerMinute: 60_000 },
    [
      ['a', 900],
      ['b', 500],
      ['c', 700],
      ['d', 300],
      ['a', accepted(1_000)],
      ['b', refused(7_000)],
      ['c', disproved],
      ['d', accepted(300)],
    ],
  ],
  [
    'a 429 without Retry-After below a configured limit',
    { tokensPerMinute: 60_000, requestsPerMinute: 600 },
    [
      ['a', 900],
      ['b', 500],
      ['c', 700],
      ['d', 300],
      ['a', accepted(1_000)],
      ['c', refused()],
      ['b', accepted(450)],
      ['d', withdrawn],
    ],
  ],
]

describe.runIf(hasRedisServer())('a budget in Redis holds what the policy in memory makes of', () => {
  it.each(traces)('%s', async (_, limit, steps) => {
    const server = await RedisServer.start()
    onTestFinished(() => server[Symbol.asyncDispose]())
    const redis = new Redis(server.url)
    onTestFinished(() => redis.disconnect())
    const budget = new RedisBudget({ redis, rateLimit: limit })

    const largeDraws = drawsOf(large, limit)
    const statesInRedis = async () => {
      const kept = await redis.mget(largeDraws.map(({ key }) => rateKey(DEFAULT_PREFIX, key)))
      return kept.map((json): RateState => JSON.parse(json ?? ''))
    }
    let expected: readonly (RateState | undefined)[] = []
    const requests = new Map<string, { request: BudgetRequest; entry: BudgetEntry; sentAt: number }>()
    for (const [name, event] of steps) {
      const sent = requests.get(name)
      if (sent && typeof event === 'object') event.tell(sent.entry)
      const request = typeof event === 'number' ? { ...passages, tokens: event } : (sent?.request ?? passages)
      const entry = typeof event === 'number' ? await budget.enter(request, never) : undefined
      // A budget tells Redis one thing after another: once this request has entered, all before it is told.
      await budget.enter({ model: 'another' }, never)

      const states = await statesInRedis()
      /** The time that Redis had for the event. */
      const now = states[0]?.times.seen ?? Number.NaN
      const draws = drawsOf(request, limit)
      expected = statesAfter(
        draws,
        draws.map((draw, i) => stateOf(expected[i], draw, now)),
        typeof event === 'number' ? { is: 'sent' } : event.happening(sent?.sentAt ?? Number.NaN),
        now,
      )
      if (entry) requests.set(name, { request, entry, sentAt: now })
      expect(states, name).toEqual(JSON.parse(JSON.stringify(expected)))
    }
    const states = await statesInRedis()
    expect(waitOf(largeDraws, states, states[0]?.times.seen ?? Number.NaN)).toBeDefined()
  })
})
