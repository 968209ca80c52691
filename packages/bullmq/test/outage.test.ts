import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { RunError, WorkerError } from '../dist/index.js'
import { fleet, outputOf, records } from './fleet.js'
import { hasRedisServer, RedisServer } from './redis-server.js'

const small = { recordsPerJob: 20 }

/** A run against the Redis at `url`, of which some is done when `happens` is called. */
async function underWay(
  prepare: (server: RedisServer) => Promise<{ url: string; happens(): Promise<unknown> }>,
) {
  const { redis: server, folder, open, work } = await fleet({ latency: 200 })
  const { url: redis, happens } = await prepare(server)
  const told: string[] = []
  const onError = ({ message }: Error) => void told.push(message)
  const run = await open({ onError, redis })
  const working = work({ onError, redis })
  let hasHappened = false
  const embedding = run.embed(records(400), {
    ...small,
    maxQueuedJobs: 4,
    onProgress({ jobs }) {
      if (hasHappened || jobs.done === 0) return
      hasHappened = true
      void happens()
    },
  })
  return { embedding, working, told, folder }
}

function adminOf(url: string): Redis {
  const admin = new Redis(url)
  onTestFinished(() => admin.disconnect())
  return admin
}

/** A primary and its replica behind one name, as a managed Redis has them; the name leads to whichever is the primary. */
async function managed(primary: RedisServer) {
  const replica = await RedisServer.start()
  onTestFinished(() => replica[Symbol.asyncDispose]())
  const admin = adminOf(replica.url)
  await admin.call('replicaof', '127.0.0.1', new URL(primary.url).port)
  await vi.waitUntil(async () => (await admin.info('replication')).includes('master_link_status:up'), 10_000)
  let current = primary.url
  const endpoint = createServer((incoming) => {
    const outgoing = connect(Number(new URL(current).port), '127.0.0.1')
    incoming.pipe(outgoing).pipe(incoming)
    incoming.on('error', () => outgoing.destroy())
    outgoing.on('error', () => incoming.destroy())
  }).listen(0, '127.0.0.1')
  await once(endpoint, 'listening')
  onTestFinished(() => void endpoint.close())
  return {
    url: `redis://127.0.0.1:${(endpoint.address() as AddressInfo).port}`,
    /** A failover; connections stay with the old primary, which answers READONLY from now on. */
    async happens() {
      await adminOf(primary.url).call('failover')
      await vi.waitUntil(async () => (await admin.info('replication')).includes('role:master'), 10_000)
      current = replica.url
    },
  }
}

/** Long enough for each connection to be refused more than once. */
const outage = () => new Promise((resolve) => setTimeout(resolve, 1_500))

describe.runIf(hasRedisServer())('a Redis that refuses commands for now', () => {
  it.each([
    ['READONLY', 'replicaof 127.0.0.1 1', 'replicaof no one'],
    ['OOM', 'config set maxmemory 1', 'config set maxmemory 0'],
  ])('makes everybody wait, which is reported once: %s', async (code, begin, end) => {
    const command = (redis: Redis, words: string) => {
      const [name = '', ...args] = words.split(' ')
      return redis.call(name, ...args)
    }
    const { embedding, working, told, folder } = await underWay(async ({ url }) => {
      const redis = adminOf(url)
      const happens = async () => {
        await command(redis, begin)
        await outage()
        await command(redis, end)
      }
      return { url, happens }
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
      expect(message).toMatch(
        // The worker may be blocked when its Redis becomes a replica.
        new RegExp(`^Redis at 127.0.0.1:\\d+ refuses commands for now.*(${code}|UNBLOCKED) `),
      )
    expect(told.length).toBeLessThan(12)
  })
})

describe.runIf(hasRedisServer())('a failover to a replica', () => {
  it('does not stop workers, coordinator and budget, and is reported once', async () => {
    const { embedding, working, told, folder } = await underWay(managed)
    expect(await embedding).toMatchObject({ records: 400, failedJobs: [] })
    await working
    expect((await outputOf(folder)).embedded).toHaveLength(400)
    const waiting = told.filter((message) => message.includes('waiting'))
    expect(waiting.length).toBeGreaterThan(0)
    expect(waiting.length, waiting.join('\n')).toBeLessThanOrEqual(2)
  })
})

describe.runIf(hasRedisServer())('a Redis that refuses commands for good', () => {
  it('ends the worker and the coordinator with an error that says so', async () => {
    const { embedding, working } = await underWay(async ({ url }) => {
      const admin = adminOf(url)
      return {
        url,
        happens: () => admin.call('acl', 'setuser', 'default', '-@all', '+info', '+ping'),
      }
    })
    const [worker, coordinator] = await Promise.allSettled([working, embedding])
    const refusal = expect.objectContaining({ message: expect.stringMatching(/Redis refuses .*NOPERM/) })
    expect(worker).toEqual({ status: 'rejected', reason: refusal })
    expect(worker).toMatchObject({ reason: expect.any(WorkerError) })
    expect(coordinator).toEqual({ status: 'rejected', reason: refusal })
    expect(coordinator).toMatchObject({ reason: expect.any(RunError) })
  })
})
