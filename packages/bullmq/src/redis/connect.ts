import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { RedisUnavailableError } from './redis-unavailable-error.js'

const FIRST_CONNECTION = 5_000

/**
 * A connection that is there, and comes back after it was lost: until then its commands wait, as BullMQ needs it.
 *
 * @throws RedisUnavailableError when there is no Redis for five seconds
 */
export async function connect(url: string): Promise<Redis> {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 2_000),
  })
  let last: Error | undefined
  redis.on('error', (error: Error) => {
    last = error
  })
  const tooLate = new AbortController()
  const connected = await Promise.race([
    new Promise<true>((resolve) => redis.once('ready', () => resolve(true))),
    delay(FIRST_CONNECTION, false, { signal: tooLate.signal }),
  ])
  tooLate.abort()
  if (connected) return redis
  redis.disconnect()
  const { host, port } = redis.options
  throw new RedisUnavailableError(`There is no Redis at ${host}:${port}: ${last?.message ?? 'no answer'}`, {
    cause: last,
  })
}
