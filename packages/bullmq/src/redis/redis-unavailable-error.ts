/**
 * No connection to Redis, or one that refuses everything for now: check its address, that it runs, and what stands
 * between. Thrown at the start; later it is told to `onError`, and Redis is waited for.
 */
export class RedisUnavailableError extends Error {
  override name = 'RedisUnavailableError'
}
