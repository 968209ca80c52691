/**
 * Redis cannot be reached, or refuses commands for now: check its address, whether it runs, and the network in between.
 * Thrown at the start. Later it is passed to `onError`, and the command waits for Redis.
 */
export class RedisUnavailableError extends Error {
  override name = 'RedisUnavailableError'
}

/**
 * Replies of a Redis that temporarily refuses commands or writes: a primary that a failover made a replica, or a Redis
 * that is full, is loading its data, or has lost its disk. In an error from a script the code follows the script's name.
 * https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors; the codes are in `createSharedObjects` of
 * redis/redis, src/server.c (November 2026).
 */
const NOT_NOW =
  /(?:^|[ -])(READONLY|OOM|LOADING|MASTERDOWN|MISCONF|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|BUSY|UNBLOCKED) /

/** Whether Redis refuses temporarily. */
export function isNotNow({ message }: Error): boolean {
  return NOT_NOW.test(message)
}

/** Whether an error reports a lost connection, which `Outage` has already reported. */
export function isLoss(error: Error): boolean {
  const { code = '' } = error as NodeJS.ErrnoException
  return /^(E[A-Z_]+|CLOSED)$/.test(code) || error.message === 'Connection is closed.'
}

/** Milliseconds without an error after which the next error counts as a new outage. */
const CALM = 10_000

/** Reports an outage of Redis: once per reason, however many commands fail meanwhile. */
export class Outage {
  readonly #address: string
  readonly #onWait: (error: RedisUnavailableError) => void
  readonly #told = new Set<string>()
  #last = Number.NEGATIVE_INFINITY
  #refusedAt = Number.NEGATIVE_INFINITY

  constructor(address: string, onWait: (error: RedisUnavailableError) => void) {
    this.#address = address
    this.#onWait = onWait
  }

  /** Redis answers, but refuses temporarily. */
  refused(reply: Error): void {
    this.#refusedAt = performance.now()
    const code = NOT_NOW.exec(reply.message)?.[1] ?? ''
    this.#tell(
      // A demotion answers a blocked command with UNBLOCKED, and the next one with READONLY: one reason.
      code === 'UNBLOCKED' ? 'READONLY' : code,
      `Redis at ${this.#address} refuses commands for now; waiting until it accepts them again: ${reply.message}`,
      reply,
    )
  }

  /** The connection is lost. After a refusal it was closed on purpose, to reconnect. */
  lost(cause: Error | undefined): void {
    if (this.isRefusing) return
    const reason = cause ? `: ${cause.message}` : ''
    this.#tell(
      '',
      `The connection to Redis at ${this.#address} is lost; waiting to reconnect${reason}`,
      cause,
    )
  }

  /** Whether Redis refused a command a moment ago. */
  get isRefusing(): boolean {
    return performance.now() - this.#refusedAt < CALM
  }

  #tell(reason: string, message: string, cause: Error | undefined): void {
    const now = performance.now()
    if (now - this.#last > CALM) this.#told.clear()
    this.#last = now
    if (this.#told.has(reason)) return
    this.#told.add(reason)
    this.#onWait(new RedisUnavailableError(message, { cause }))
  }
}
