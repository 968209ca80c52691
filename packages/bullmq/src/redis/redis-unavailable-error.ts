/** No connection to Redis: check its address, that it runs, and what stands between. */
export class RedisUnavailableError extends Error {
  override name = 'RedisUnavailableError'
}
