import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { RequestWaitEvent } from '@pinecone-inference/client'
import { PineconeConnectionError, PineconeInference } from '@pinecone-inference/client'
import { Redis } from 'ioredis'
import { expect, it, onTestFinished } from 'vitest'
import { EmbedRun, RedisBudget, runWorker } from '../dist/index.js'

const WAIT = 'pinecone-inference:request:wait'

const misspelt = (options: object) => options as never

it.each([
  [
    'RedisBudget',
    async (options: object) => new RedisBudget(misspelt(options)),
    'ratelimit',
    'did you mean rateLimit',
  ],
  [
    'EmbedRun.open',
    (options: object) => EmbedRun.open(misspelt(options)),
    'params',
    'did you mean parameters',
  ],
  ['runWorker', (options: object) => runWorker(misspelt(options)), 'concurency', 'did you mean concurrency'],
])(
  '%s refuses an option that does not exist, and a missing redis, before it connects',
  async (_, start, name, hint) => {
    await expect(start({ redis: 'redis://127.0.0.1:1', [name]: {} })).rejects.toThrow(
      expect.objectContaining({ name: 'PineconeConfigurationError', message: expect.stringContaining(hint) }),
    )
    await expect(start({ run: undefined })).rejects.toThrow(
      expect.objectContaining({
        name: 'PineconeConfigurationError',
        message: expect.stringMatching(/^redis must be/),
      }),
    )
  },
)

it('RedisBudget and EmbedRun refuse a misspelt limit', async () => {
  const redis = new Redis({ lazyConnect: true })
  const rateLimit = { tokensPerMin: 5 }
  expect(() => new RedisBudget(misspelt({ redis, rateLimit }))).toThrow('rateLimit.tokensPerMin')
  await expect(
    EmbedRun.open(misspelt({ redis: 'redis://127.0.0.1:1', run: 'r', model: 'm', rateLimit })),
  ).rejects.toThrow('rateLimit.tokensPerMin')
})

/** A client whose budget is in a Redis that takes connections and never answers. */
async function clientOfSilentRedis(timeout: number) {
  const server = createServer((socket) => void socket.on('error', () => {}))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const redis = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: null })
  redis.on('error', () => {})
  const sharedBudget = new RedisBudget({ redis, timeout })
  const pinecone = new PineconeInference({ apiKey: 'any', baseUrl: 'http://127.0.0.1:1', sharedBudget })
  const waits: RequestWaitEvent[] = []
  const note = (event: unknown) => void waits.push(event as RequestWaitEvent)
  subscribe(WAIT, note)
  onTestFinished(async () => {
    unsubscribe(WAIT, note)
    redis.disconnect()
    await pinecone.close()
    server.close()
  })
  const query = (signal?: AbortSignal) =>
    pinecone.embed(
      { model: 'llama-text-embed-v2', inputs: ['q'], parameters: { inputType: 'query' } },
      { signal },
    )
  return { pinecone, query, waits, port }
}

it('a query fails once Redis has not answered for the budget’s timeout, and says what it waited for', async () => {
  const { query, waits, port } = await clientOfSilentRedis(1_500)
  const failure = await query().catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(PineconeConnectionError)
  expect(failure).toMatchObject({
    verdict: 'moment',
    message: expect.stringMatching(
      new RegExp(
        `^the shared budget's Redis at 127\\.0\\.0\\.1:${port} has not answered for \\d+ s, and nothing was sent$`,
      ),
    ),
  })
  expect(waits.map(({ wait, error }) => [wait.reason, error])).toEqual([
    ['shared budget unreachable', undefined],
    ['shared budget unreachable', failure],
  ])
})

it('an abort keeps its reason, and what the request waited for is told', async () => {
  const { pinecone, query, waits } = await clientOfSilentRedis(Number.POSITIVE_INFINITY)
  const abort = new AbortController()
  const told = new Promise<void>((resolve) => {
    const first = () => {
      unsubscribe(WAIT, first)
      resolve()
    }
    subscribe(WAIT, first)
  })
  const waiting = query(abort.signal).catch((error: unknown) => error)
  await told
  expect(pinecone.waiting).toMatchObject([
    { model: 'llama-text-embed-v2', reason: 'shared budget unreachable', requests: 1 },
  ])
  const reason = new Error('nobody waits for it any more')
  abort.abort(reason)
  expect(await waiting).toBe(reason)
  expect(waits.at(-1)).toMatchObject({ wait: { reason: 'shared budget unreachable' }, error: reason })
})
