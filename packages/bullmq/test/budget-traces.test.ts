import type { BudgetEntry, BudgetRequest, BudgetWait, RateLimit } from '@pinecone-inference/client'
import { drawsOf, type RateState, waitOf } from '@pinecone-inference/client/adapters'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { LocalBudget } from '../../client/src/budget/local-budget.js'
import { RedisBudget } from '../dist/index.js'
import { DEFAULT_PREFIX, rateKey } from '../src/redis/keys.js'
import { hasRedisServer, RedisServer } from './redis-server.js'

const never = new AbortController().signal
const passages = { model: 'multilingual-e5-large', inputType: 'passage' }
/** More than any limit of these tests lets go at once. */
const large: BudgetRequest = { ...passages, tokens: 1_000_000 }

type Ending = (entry: BudgetEntry) => unknown

/** A request is sent, of so many tokens; or the one of that name ends. */
type Step = readonly [name: string, event: number | Ending]

const accepted =
  (tokens?: number): Ending =>
  (entry) =>
    entry.accepted(tokens)
const refused =
  (retryAfterMs?: number): Ending =>
  (entry) =>
    entry.refused(retryAfterMs)
const failed: Ending = (entry) => entry.failed()
const withdrawn: Ending = (entry) => entry.withdrawn?.()

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

describe.runIf(hasRedisServer())('a budget in Redis decides as one in memory does after', () => {
  it.each(traces)('%s', async (_, limit, steps) => {
    const server = await RedisServer.start()
    onTestFinished(() => server[Symbol.asyncDispose]())
    const redis = new Redis(server.url)
    onTestFinished(() => redis.disconnect())
    const shared = new RedisBudget({ redis, rateLimit: limit })
    /** The budget in memory lives through each event at the time that Redis had for it. */
    let now = 0
    const local = new LocalBudget(limit, { now: () => now, setTimeout: () => {}, clearTimeout: () => {} })

    const draws = drawsOf(large, limit)
    const statesInRedis = async () => {
      const kept = await redis.mget(draws.map(({ key }) => rateKey(DEFAULT_PREFIX, key)))
      return kept.map((json): RateState => JSON.parse(json ?? ''))
    }
    const entries = new Map<string, readonly [shared: BudgetEntry, local: BudgetEntry]>()
    for (const [name, event] of steps) {
      const pair = entries.get(name)
      const sent = typeof event === 'number' ? { ...passages, tokens: event } : undefined
      const sharedEntry = sent && (await shared.enter(sent, never))
      if (pair && typeof event === 'function') event(pair[0])
      // A budget tells Redis one thing after the other: once this request is in, what came before it is told.
      await shared.enter({ model: 'another' }, never)
      const states = await statesInRedis()
      now = states[0]?.times.seen ?? Number.NaN
      if (pair && typeof event === 'function') event(pair[1])
      if (sharedEntry) entries.set(name, [sharedEntry, enteredAtOnce(local, sent)])

      const wait = waitOf(draws, states, now)
      if (wait) expect(waitOfLarge(local), name).toEqual(wait)
    }
    expect(waitOf(draws, await statesInRedis(), now)).toBeDefined()
  })
})

function enteredAtOnce(budget: LocalBudget, request: BudgetRequest): BudgetEntry {
  const entry = budget.enter(request, never)
  if (entry instanceof Promise) throw new Error('In memory the request waits, which Redis let in')
  return entry
}

/** What a large request is told to wait for; it is given up at once, and changes nothing. */
function waitOfLarge(budget: LocalBudget): BudgetWait | undefined {
  const giveUp = new AbortController()
  let told: BudgetWait | undefined
  const entered = budget.enter(large, giveUp.signal, (wait) => {
    told = wait
  })
  if (entered instanceof Promise) entered.catch(() => {})
  giveUp.abort()
  return told
}
