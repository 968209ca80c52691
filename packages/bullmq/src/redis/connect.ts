import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { RedisUnavailableError } from './redis-unavailable-error.js'

const FIRST_CONNECTION = 10_000

/**
 * A connection that is there, and comes back after it was lost: until then its commands wait, as BullMQ needs it.
 *
 * @throws RedisUnavailableError when there is no Redis for ten seconds
 */
export async function connect(url: string): Promise<Redis> {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 2_000),
  })
  let last: unknown
  redis.on('error', (error) => {
    last = error
  })
  if (redis.status === 'ready') return redis
  const waited = new AbortController()
  const { signal } = waited
  const connected = await Promise.race([
    once(redis, 'ready', { signal }).then(
      () => true,
      () => true,
    ),
    delay(FIRST_CONNECTION, false, { signal }).catch(() => false),
  ]).finally(() => waited.abort())
  if (connected) return redis
  redis.disconnect()
  const { host, port } = redis.options
  throw new RedisUnavailableError(
    `There is no Redis at ${host}:${port}: ${last instanceof Error ? last.message : 'no answer'}`,
    { cause: last },
  )
}
