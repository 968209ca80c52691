import type { RateLimit } from '@pinecone-inference/client'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ModelBudget } from '../../../client/src/budget/model-budget.js'
import { TokenBucket } from '../../../client/src/budget/token-bucket.js'
import { hasRedisServer, RedisServer } from '../../test/redis-server.js'
import { budgetKeys } from '../redis/keys.js'
import { Script } from '../redis/script.js'
import { BUDGET_SCRIPT } from './budget-script.js'

/** The script by the test's clock: for TIME it gets its last argument, in milliseconds. */
const script = new Script(`
local redis = {
  call = function(command, ...)
    if command ~= 'TIME' then return redis.call(command, ...) end
    local now = tonumber(ARGV[#ARGV])
    return {math.floor(now / 1000), now % 1000 * 1000}
  end,
}
${BUDGET_SCRIPT}`)

/** How requests end; with no Retry-After for a 429 that says nothing. */
type Ending =
  | { as: 'accepted'; actualShare: number }
  | { as: 'refused'; retryAfterMs: number | undefined }
  | { as: 'failed' }
  | { as: 'withdrawn' }

/** A row of requests. Some of them stay in flight, and end as those of the next row do. */
interface Row {
  /** Milliseconds before the first one. */
  pause: number
  requests: number
  amount: number
  inFlight: number
  latency: number
  ending: Ending
}

interface Sent {
  readonly id: string
  readonly amount: number
  readonly enteredAt: number
}

/** A request that has no answer by then fails, as with the client's `timeout`. */
const TIMEOUT = 60_000

/** The client's budget and the one in Redis, of a model that no other test uses. What happens, happens to both. */
class BothBudgets {
  static #count = 0
  readonly keys = budgetKeys('test', `model-${BothBudgets.#count++}`, '')
  readonly #redis: Redis
  readonly #limit: RateLimit
  readonly #inFlight: Sent[] = []
  #now = Date.UTC(2026, 0)
  #begun: ModelBudget | undefined
  #requests = 0

  constructor(redis: Redis, limit: RateLimit) {
    this.#redis = redis
    this.#limit = limit
  }

  get now(): number {
    return this.#now
  }

  /** Begins with the first request, as the one in Redis does. */
  get #client(): ModelBudget {
    const now = this.#now
    const bucket = (perMinute: number | undefined) =>
      perMinute === undefined ? undefined : new TokenBucket({ capacity: perMinute, perMinute, now })
    const { tokensPerMinute, requestsPerMinute } = this.#limit
    this.#begun ??= new ModelBudget(
      { tokens: bucket(tokensPerMinute), requests: bucket(requestsPerMinute) },
      now,
    )
    return this.#begun
  }

  get #draws(): (number | '')[] {
    return [this.#limit.tokensPerMinute ?? '', this.#limit.requestsPerMinute ?? '']
  }

  async row({ pause, requests, amount, inFlight, latency, ending }: Row): Promise<void> {
    await this.pass(pause)
    for (let i = 0; i < requests; i++) {
      if (this.#inFlight.length >= inFlight) await this.pass(latency)
      while (this.#inFlight.length >= inFlight) await this.#endFirst(ending)
      await this.enter(amount)
    }
  }

  /** Waits, as both say alike, until the request may go. */
  async enter(amount: number): Promise<void> {
    const id = `request ${this.#requests++}`
    for (;;) {
      const wait = await this.#tellRedis('enter', id, amount, ...this.#draws)
      expect(wait).toBe(Math.ceil(this.#client.waitFor(amount, this.#now)))
      if (wait === 0) break
      await this.pass(wait)
    }
    this.#client.enter(amount, this.#now)
    this.#inFlight.push({ id, amount, enteredAt: this.#now })
  }

  async pass(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds
    for (;;) {
      const [first] = this.#inFlight
      if (!first || first.enteredAt + TIMEOUT > until) break
      this.#now = Math.max(this.#now, first.enteredAt + TIMEOUT)
      await this.#endFirst({ as: 'failed' })
    }
    this.#now = until
  }

  async #endFirst(ending: Ending): Promise<void> {
    const first = this.#inFlight.shift()
    if (!first) return
    const { id, amount, enteredAt } = first
    const now = this.#now
    if (ending.as === 'accepted') {
      const actual = Math.round(amount * ending.actualShare)
      this.#client.accepted(amount, actual, now)
      await this.#tellRedis('accepted', id, amount, actual)
    } else if (ending.as === 'refused') {
      const { retryAfterMs } = ending
      this.#client.refused(amount, { enteredAt, retryAfterMs, holdMs: retryAfterMs ?? 500 }, now)
      await this.#tellRedis('refused', id, amount, retryAfterMs ?? '')
    } else if (ending.as === 'withdrawn') {
      this.#client.withdrawn(amount, now)
      await this.#tellRedis('undone', id, amount, ...this.#draws)
    } else {
      this.#client.failed(now)
      await this.#tellRedis('failed', id)
    }
  }

  async #tellRedis(...event: (string | number)[]): Promise<number> {
    const { state, inFlight, requests } = this.keys
    return Number(await script.run(this.#redis, [state, inFlight, requests], [...event, this.#now]))
  }
}

async function redisOfTest(): Promise<Redis> {
  const server = await RedisServer.start()
  onTestFinished(() => server[Symbol.asyncDispose]())
  const redis = new Redis(server.url)
  onTestFinished(() => redis.disconnect())
  return redis
}

const accepted: Ending = { as: 'accepted', actualShare: 1 }
const refused: Ending = { as: 'refused', retryAfterMs: 1000 }
const busy: Row = { pause: 0, requests: 1, amount: 1000, inFlight: 1, latency: 50, ending: accepted }

/** A row of 429s that is an outage and no limit, before which and after which the service takes all it is given. */
const outage: Row[] = [
  { ...busy, requests: 1000 },
  { ...busy, requests: 5, ending: refused },
  { ...busy, requests: 500 },
]

const oneOf = (...values: number[]) => fc.constantFrom(...values)
const endings: fc.Arbitrary<Ending> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ as: fc.constant('accepted'), actualShare: oneOf(0, 0.7, 1, 1.3) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      as: fc.constant('refused'),
      retryAfterMs: fc.option(oneOf(0, 300, 1000, 20_000), { nil: undefined }),
    }),
  },
  fc.constant<Ending>({ as: 'failed' }),
  fc.constant<Ending>({ as: 'withdrawn' }),
)
const rows: fc.Arbitrary<Row> = fc.record({
  // Many of about a minute, after which much is forgotten.
  pause: fc.oneof(
    fc.constant(0),
    fc.nat(2000),
    fc.integer({ min: 20_000, max: 70_000 }),
    oneOf(59_999, 60_000),
  ),
  requests: fc.integer({ min: 1, max: 16 }),
  amount: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 500, max: 20_000 })),
  inFlight: fc.integer({ min: 1, max: 4 }),
  latency: fc.nat(500),
  ending: endings,
})
const limits: fc.Arbitrary<RateLimit> = fc.record(
  {
    tokensPerMinute: fc.integer({ min: 1000, max: 1_000_000 }),
    requestsPerMinute: fc.integer({ min: 1, max: 300 }),
  },
  { requiredKeys: [] },
)

describe.runIf(hasRedisServer())('the budget in Redis', () => {
  it('lets each request go when the client’s does', { timeout: 60_000 }, async () => {
    const redis = await redisOfTest()
    await fc.assert(
      fc.asyncProperty(limits, fc.array(rows, { minLength: 1, maxLength: 12 }), async (limit, trace) => {
        const budgets = new BothBudgets(redis, limit)
        for (const row of trace) await budgets.row(row)
      }),
      { examples: [[{}, outage]] },
    )
  })

  it('goes on where an older version stopped, which kept no rate to go back to', async () => {
    const redis = await redisOfTest()
    const budgets = new BothBudgets(redis, {})
    await budgets.row({ ...busy, requests: 2, ending: refused })
    expect(await redis.hdel(budgets.keys.state, 'recoverTo')).toBe(1)
    for (const row of outage) await budgets.row(row)
  })

  it('is kept for longer than its debts', async () => {
    const redis = await redisOfTest()
    const budgets = new BothBudgets(redis, { tokensPerMinute: 60 })
    await budgets.enter(6000)
    const [kept, debtSince] = [await redis.pttl(budgets.keys.state), budgets.now]
    await budgets.enter(60)
    expect(kept).toBeGreaterThan(budgets.now - debtSince)
  })
})
