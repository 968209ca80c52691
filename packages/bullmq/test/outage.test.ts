import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RunError, WorkerError } from '../dist/index.js'
import { fleet, outputOf, records } from './fleet.js'
import { hasRedisServer } from './redis-server.js'

const small = { recordsPerJob: 20 }

/** A run of which some is done when `happens` is called with a connection of one's own. */
async function underWay(happens: (redis: Redis) => Promise<unknown>) {
  const { redis, folder, open, work } = await fleet({ latency: 20 })
  const admin = new Redis(redis.url)
  onTestFinished(() => admin.disconnect())
  const told: string[] = []
  const onError = ({ message }: Error) => void told.push(message)
  const run = await open({ onError })
  const working = work({ onError })
  let happening: Promise<unknown> | undefined
  const embedding = run.embed(records(400), {
    ...small,
    maxQueuedJobs: 4,
    onProgress({ jobs }) {
      if (jobs.done > 0) happening ??= happens(admin)
    },
  })
  return { embedding, working, told, folder, happened: () => happening }
}

/** Long enough for each connection to be refused more than once. */
const outage = () => new Promise((resolve) => setTimeout(resolve, 1_500))

describe.runIf(hasRedisServer())('a Redis that refuses for now', () => {
  it.each([
    ['READONLY', 'replicaof 127.0.0.1 1', 'replicaof no one'],
    ['OOM', 'config set maxmemory 1', 'config set maxmemory 0'],
  ])('is waited for, which is told once: %s', async (code, begin, end) => {
    const command = (redis: Redis, words: string) => {
      const [name = '', ...args] = words.split(' ')
      return redis.call(name, ...args)
    }
    const { embedding, working, told, folder } = await underWay(async (redis) => {
      await command(redis, begin)
      await outage()
      await command(redis, end)
    })
    expect(await embedding).toMatchObject({ records: 400, failedJobs: [] })
    await working
    expect((await outputOf(folder)).embedded).toHaveLength(400)
    // Beside it the jobs whose locks ran out meanwhile.
    const waiting = told.filter((message) => message.includes('waiting'))
    expect(waiting.length).toBeGreaterThan(0)
    // the worker, and the coordinator, which may have had nothing to write meanwhile
    expect(waiting.length).toBeLessThanOrEqual(2)
    for (const message of waiting)
      expect(message).toMatch(new RegExp(`^Redis at 127.0.0.1:\\d+ refuses for now.*${code} `))
    expect(told.length).toBeLessThan(12)
  })
})

describe.runIf(hasRedisServer())('a Redis that refuses for good', () => {
  it('ends the worker and the coordinator with an error that says so', async () => {
    const { embedding, working } = await underWay((redis) =>
      redis.call('acl', 'setuser', 'default', '-@all', '+info', '+ping'),
    )
    const [worker, coordinator] = await Promise.allSettled([working, embedding])
    const refusal = expect.objectContaining({ message: expect.stringMatching(/Redis refuses .*NOPERM/) })
    expect(worker).toEqual({ status: 'rejected', reason: refusal })
    expect(worker).toMatchObject({ reason: expect.any(WorkerError) })
    expect(coordinator).toEqual({ status: 'rejected', reason: refusal })
    expect(coordinator).toMatchObject({ reason: expect.any(RunError) })
  })
})
