import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { isNotNow, Outage, RedisUnavailableError } from './outage.js'

/** Milliseconds to wait for the first connection. */
const FIRST_CONNECTION = 5_000
/** Milliseconds between reconnections while Redis refuses commands. */
const REFUSED = 1_000

/**
 * Connects to Redis. A lost connection is re-established, and its commands wait meanwhile, as BullMQ requires. If Redis
 * refuses commands for now, as after a failover, it reconnects, because the name may point to another Redis by then
 * (https://github.com/redis/ioredis#reconnect-on-error), and repeats the command.
 *
 * @throws RedisUnavailableError if Redis does not answer within five seconds
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
  throw new RedisUnavailableError(`No Redis answers at ${host}:${port}: ${last?.message ?? 'no reply'}`, {
    cause: last,
  })
}
