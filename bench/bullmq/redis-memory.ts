import { Redis } from 'ioredis'

/** Megabytes that Redis has allocated for its data, now. */
export async function redisMegabytes(url: string): Promise<number> {
  const redis = new Redis(url)
  try {
    const info = await redis.info('memory')
    return Number(/used_memory_dataset:(\d+)/.exec(info)?.[1]) / 1e6
  } finally {
    redis.disconnect()
  }
}
