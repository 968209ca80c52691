import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'

const PATIENCE = 5_000

/** Whether Redis answers on this connection now. Until it is lost, or for long, it is only thought to be there. */
export async function answers(redis: Redis): Promise<boolean> {
  if (redis.status !== 'ready') return false
  const over = new AbortController()
  const { signal } = over
  try {
    return await Promise.race([
      redis.ping().then(() => true),
      once(redis, 'close', { signal }).then(() => false),
      delay(PATIENCE, false, { signal }),
    ])
  } catch {
    return false
  } finally {
    over.abort()
  }
}
