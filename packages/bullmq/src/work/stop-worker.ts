import type { Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { answers } from '../redis/answers.js'

/**
 * Closes a worker when its jobs are done. While Redis is away they cannot be: then they are abandoned, and go to
 * others.
 */
export async function stopWorker(worker: Worker, redis: Redis, abandon: () => void): Promise<void> {
  // BullMQ's close() waits for the end of its blocking connection, and ioredis tells none of one that it is making anew.
  const connected = (await answers(redis)) && (await worker.backend.blockingClient)?.status === 'ready'
  if (!connected) abandon()
  await worker.close(!connected)
}
