import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ModelBudget } from './model-budget.js'
import { type Simulation, simulate } from './simulated-service.js'
import { TokenBucket } from './token-bucket.js'

/** Requests whose sizes differ by half their mean either way, the same on every run. */
function requests(count: number, mean: number): number[] {
  let state = 1
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647
    return Math.round(mean * (0.5 + state / 2_147_483_647))
  })
}

async function run(simulation: Simulation) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const result = simulate(simulation)
  await vi.runAllTimersAsync()
  return result
}

/** The first 429 finds eight requests in flight, so it takes a few hundred for the waste to be little. */
const jobs = {
  'large batches, free plan': { serviceLimit: 250_000, amounts: requests(300, 15_000), latency: 300 },
  'large batches, paid plan': { serviceLimit: 1_000_000, amounts: requests(800, 15_000), latency: 300 },
  'slow answers': { serviceLimit: 1_000_000, amounts: requests(600, 15_000), latency: 2000 },
  'many small requests': { serviceLimit: 250_000, amounts: requests(3000, 200), latency: 100 },
}
const cases = Object.entries(jobs).flatMap(([name, job]) =>
  [true, false].map((retryAfter) => ({ name, retryAfter, job: { ...job, retryAfter, concurrency: 8 } })),
)

describe('a bulk job against a token bucket', () => {
  it.each(cases)(
    'with the limit configured takes the ideal time and wastes nothing: $name',
    async ({ job }) => {
      const { overIdeal, wasted } = await run({ ...job, configured: job.serviceLimit })
      expect(overIdeal).toBeLessThan(1.01)
      expect(wasted).toBe(0)
    },
  )

  it.each(cases)(
    'learning the limit comes near the ideal and wastes little: $name, Retry-After $retryAfter',
    async ({ job }) => {
      const { overIdeal, wasted } = await run(job)
      expect(overIdeal).toBeLessThan(1.1)
      expect(wasted).toBeLessThan(0.05)
    },
  )

  it.each(cases)('told twice the limit learns the rest: $name, Retry-After $retryAfter', async ({ job }) => {
    const { overIdeal, wasted } = await run({ ...job, configured: 2 * job.serviceLimit })
    expect(overIdeal).toBeLessThan(1.25)
    expect(wasted).toBeLessThan(0.06)
  })

  it.each(cases)(
    'whose budget someone else has spent finds its rate: $name, Retry-After $retryAfter',
    async ({ job }) => {
      const { overIdeal, wasted } = await run({ ...job, startsEmpty: true })
      expect(overIdeal).toBeLessThan(1.35)
      expect(wasted).toBeLessThan(0.15)
    },
  )
})

describe('the budget of a model', () => {
  it('lets nothing go while the service has asked to wait', () => {
    const budget = new ModelBudget({}, 0)
    budget.enter(100, 0)
    budget.refused(100, { enteredAt: 0, retryAfterMs: 5000, holdMs: 5000 }, 10)
    expect(budget.waitFor(1, 10)).toBe(5000)
    expect(budget.waitFor(1, 4010)).toBe(1000)
    expect(budget.waitFor(1, 5010)).toBe(0)
  })

  it('charges what the service counted, not what was guessed', () => {
    const tokens = new TokenBucket({ capacity: 60, perMinute: 60, now: 0 })
    const budget = new ModelBudget({ tokens }, 0)
    budget.enter(10, 0)
    budget.accepted(10, 60, 0)
    expect(budget.waitFor(5, 0)).toBe(5000)
  })

  it('gets back what a request took that is not sent after all', () => {
    const bucket = () => new TokenBucket({ capacity: 60, perMinute: 60, now: 0 })
    const budget = new ModelBudget({ tokens: bucket(), requests: bucket() }, 0)
    budget.enter(60, 0)
    budget.withdrawn(60, 0)
    expect(budget.waitFor(60, 0)).toBe(0)

    const learning = new ModelBudget({}, 0)
    learning.enter(60, 0)
    learning.refused(60, { enteredAt: 0, retryAfterMs: 0, holdMs: 0 }, 0)
    learning.enter(60, 0)
    learning.withdrawn(60, 0)
    expect(learning.waitFor(60, 0)).toBe(0)
  })

  it('lets one request that is larger than a minute’s budget go from a full bucket', () => {
    const tokens = new TokenBucket({ capacity: 60, perMinute: 60, now: 0 })
    const budget = new ModelBudget({ tokens }, 0)
    expect(budget.waitFor(600, 0)).toBe(0)
    budget.enter(600, 0)
    expect(budget.waitFor(1, 0)).toBe(541_000)
  })

  it.each([
    [5, 0],
    [18, 0],
    [5, undefined],
    [18, undefined],
  ])('is as before within a minute after %i 429s in a row, Retry-After %s', (refusals, retryAfterMs) => {
    const budget = new ModelBudget({}, 0)
    let now = 0
    const enter = () => {
      for (let wait = budget.waitFor(1000, now); wait > 0; wait = budget.waitFor(1000, now))
        now += Math.ceil(wait)
      budget.enter(1000, now)
    }
    for (let i = 0; i < refusals; i++) {
      enter()
      budget.refused(1000, { enteredAt: now, retryAfterMs, holdMs: 0 }, now)
    }
    const recovered = now
    for (let i = 0; i < 8; i++) {
      enter()
      budget.accepted(1000, 1000, now)
    }
    expect(now - recovered).toBeLessThanOrEqual(61_000)
    // the pace to begin with, or none
    expect(budget.waitFor(1000, now)).toBeLessThanOrEqual(1000)
  })

  it('waits for what it learned no longer than until it forgets it, if nothing is in flight', () => {
    const budget = new ModelBudget({}, 0)
    for (let i = 0; i < 30; i++) {
      budget.enter(1_000_000, i)
      budget.refused(1_000_000, { enteredAt: i, retryAfterMs: undefined, holdMs: 0 }, i)
    }
    expect(budget.waitFor(1, 29)).toBe(60_000)
    expect(budget.waitFor(1, 30_029)).toBe(30_000)
    budget.enter(1, 30_029)
    expect(budget.waitFor(1, 30_029)).toBeGreaterThan(60_000)
  })
})
