/**
 * Redis cannot be reached, or refuses commands for now: check its address, whether it runs, and the network in between.
 * Thrown at the start. Later it is given to `onError`, and the command waits for Redis.
 */
export class RedisUnavailableError extends Error {
  override name = 'RedisUnavailableError'
}

/**
 * Replies of a Redis that takes no commands, or no writes, for now: a primary that has become a replica in a failover,
 * one that is full, that loads its data or has lost its disk. In a script the code follows the script's name.
 * https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors; the codes are in `createSharedObjects` of
 * redis/redis, src/server.c (November 2026).
 */
const NOT_NOW =
  /(?:^|[ -])(READONLY|OOM|LOADING|MASTERDOWN|MISCONF|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|BUSY|UNBLOCKED) /

/** Whether Redis refuses for now what it will take later. */
export function isNotNow({ message }: Error): boolean {
  return NOT_NOW.test(message)
}

/** Whether the connection itself speaks of its loss, which `Outage` has told of by then. */
export function isLoss(error: Error): boolean {
  const { code = '' } = error as NodeJS.ErrnoException
  return /^(E[A-Z_]+|CLOSED)$/.test(code) || error.message === 'Connection is closed.'
}

/** Milliseconds without trouble after which the next one is another outage. */
const CALM = 10_000

/** Tells what is waited for while Redis is away: once for each reason, however often it is asked meanwhile. */
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

  /** Redis answers, and refuses for now. */
  refused(reply: Error): void {
    this.#refusedAt = performance.now()
    this.#tell(
      NOT_NOW.exec(reply.message)?.[1] ?? '',
      `Redis at ${this.#address} refuses for now what it is asked; waiting until it takes it again: ${reply.message}`,
      reply,
    )
  }

  /** The connection is lost. A refusal is a reason to make a new one, and no loss. */
  lost(cause: Error | undefined): void {
    if (this.isRefusing) return
    const reason = cause ? `: ${cause.message}` : ''
    this.#tell('', `The connection to Redis at ${this.#address} is lost; waiting for it${reason}`, cause)
  }

  /** Whether it refused something a moment ago. */
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
