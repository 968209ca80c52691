import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Worker } from 'bullmq'
import type { Redis } from 'ioredis'

/** Milliseconds to wait for Redis to answer. */
const PATIENCE = 5_000

/** Closes a worker once its jobs are done. Without Redis they cannot finish: they are abandoned, and go to others. */
export async function stopWorker(worker: Worker, redis: Redis, abandon: () => void): Promise<void> {
  // BullMQ's close() waits until its blocking connection ends; while ioredis reconnects it, that never happens.
  const connected = (await answers(redis)) && (await worker.backend.blockingClient)?.status === 'ready'
  if (!connected) abandon()
  await worker.close(!connected)
}

/** Whether Redis answers on this connection now. After a connection is lost, its status still says so for a while. */
async function answers(redis: Redis): Promise<boolean> {
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
