import { expect, it } from 'vitest'
import { fleet, outputOf, records } from './fleet.js'
import { hasRedisServer } from './redis-server.js'

it.runIf(hasRedisServer())(
  'workers and Redis killed in the middle lose nothing and double nothing',
  { timeout: 120_000 },
  async () => {
    // A minute's worth goes at once, and the rest of some 66,000 tokens takes ten seconds.
    const tokensPerMinute = 56_000
    const { redis, folder, open, spawn } = await fleet({
      rateLimit: { tokensPerMinute },
      latency: { distribution: 'uniform', min: 50, max: 150 },
    })
    const run = await open({ rateLimit: { tokensPerMinute } })
    const rows = records(6_000)
    let workers = Array.from({ length: 4 }, spawn)
    const replace = async (which: number) => {
      await workers[which]?.kill()
      workers = workers.with(which, spawn())
    }
    // Each at a share of the records, so wherever the fleet is by then.
    const blows: { at: number; strike: () => Promise<void> }[] = [
      { at: 0.1, strike: () => replace(0) },
      { at: 0.3, strike: () => replace(1) },
      {
        at: 0.5,
        strike: async () => {
          await redis.kill()
          await redis.start()
        },
      },
      { at: 0.7, strike: async () => void (await Promise.all([replace(2), replace(3)])) },
    ]
    const struck: Promise<void>[] = []
    const result = await run.embed(rows, {
      recordsPerJob: 192,
      maxQueuedJobs: 16,
      onProgress: ({ records: { done } }) => {
        while (done >= (blows[0]?.at ?? 2) * rows.length)
          struck.push(blows.shift()?.strike() ?? Promise.resolve())
      },
    })
    await Promise.all(struck)
    expect(blows).toEqual([])
    expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual([0, 0, 0, 0])

    const { manifest, embedded, files } = await outputOf(folder)
    expect(embedded.map(({ id }) => id)).toEqual(rows.map(({ id }) => id))
    expect(result).toMatchObject({ records: 6_000, recordsFailed: 0, failedJobs: [] })
    expect(manifest).toMatchObject({ records: 6_000, tokens: result.tokens })
    expect(files.filter((file) => file.endsWith('.tmp'))).toEqual([])
  },
)
