import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { isNotNow, Outage, RedisUnavailableError } from './outage.js'

const FIRST_CONNECTION = 5_000
/** Milliseconds between connections to a Redis that refuses for now. */
const REFUSED = 1_000

/**
 * A connection that is there, and comes back after it was lost: until then its commands wait, as BullMQ needs it. A
 * Redis that refuses them for now, as after a failover, is connected to anew, since its name may lead to another by then
 * (https://github.com/redis/ioredis#reconnect-on-error), and asked again.
 *
 * @throws RedisUnavailableError when there is no Redis for five seconds
 */
export async function connect(
  url: string,
  onWait: (error: RedisUnavailableError) => void = () => {},
): Promise<Redis> {
  let outage: Outage | undefined
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => (outage?.isRefusing ? REFUSED : Math.min(50 * 2 ** attempt, 2_000)),
    reconnectOnError: (reply) => {
      if (!isNotNow(reply)) return false
      outage?.refused(reply)
      return 2
    },
  })
  const { host, port } = redis.options
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
  if (connected) {
    const told = new Outage(`${host}:${port}`, onWait)
    outage = told
    last = undefined
    redis.on('reconnecting', () => told.lost(last))
    redis.on('ready', () => {
      last = undefined
    })
    return redis
  }
  redis.disconnect()
  throw new RedisUnavailableError(`There is no Redis at ${host}:${port}: ${last?.message ?? 'no answer'}`, {
    cause: last,
  })
}
