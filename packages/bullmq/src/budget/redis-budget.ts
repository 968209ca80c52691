import { setTimeout as delay } from 'node:timers/promises'
import {
  type BudgetEntry,
  type BudgetRequest,
  type BudgetWait,
  PineconeConfigurationError,
  PineconeConnectionError,
  type RateLimit,
  type SharedBudget,
} from '@pinecone-inference/client'
import {
  checkOptions,
  drawsOf,
  type NamesOf,
  type RequestEvent,
  stateOf,
  statesAfter,
  waitOf,
} from '@pinecone-inference/client/adapters'
import type { Redis } from 'ioredis'
import { checkRateLimit } from '../check-options.js'
import { DEFAULT_PREFIX, rateKey } from '../redis/keys.js'
import { Mutex } from './mutex.js'
import { SharedStates } from './shared-states.js'

/** Milliseconds after which a waiting request asks again, however long its wait: other requests may return tokens. */
const LONGEST_SLEEP = 1_000
/** Milliseconds without an answer from Redis after which a waiting request is notified. */
const SILENCE = 1_000
/** Milliseconds between checks whether Redis has answered. */
const LOOK = 250

export interface RedisBudgetOptions {
  /** An ioredis connection. The budget does not close it. */
  redis: Redis
  /**
   * What the service allows: per model, and for tokens also per input type. A burst may use a full minute's worth.
   * Default: learned from 429s.
   */
  rateLimit?: RateLimit | undefined
  /** Prefix of all keys in Redis, one per Pinecone project. Default `pinecone-inference`. */
  prefix?: string | undefined
  /**
   * Milliseconds without an answer from Redis after which requests fail. Default 30,000. `Infinity` waits as long as it
   * takes, as the workers of a run do.
   */
  timeout?: number | undefined
}

const OPTIONS: NamesOf<RedisBudgetOptions> = { redis: true, rateLimit: true, prefix: true, timeout: true }

/**
 * One rate budget for all processes that use it with the same Redis and prefix: bulk workers, and any other
 * `PineconeInference` client. It follows the policy of a client's own budget; a 429 to one process holds back all.
 *
 * @example
 * ```ts
 * const sharedBudget = new RedisBudget({ redis, rateLimit: { tokensPerMinute: 1_000_000 } })
 * const pinecone = new PineconeInference({ sharedBudget })
 * ```
 */
export class RedisBudget implements SharedBudget {
  readonly #rateLimit: RateLimit
  readonly #prefix: string
  readonly #timeout: number
  readonly #address: string
  readonly #states: SharedStates
  readonly #mutexes = new Map<string, Mutex>()

  /** @throws PineconeConfigurationError for an unknown option, a missing `redis`, or a number that is not above 0 */
  constructor(options: RedisBudgetOptions) {
    checkOptions(options, OPTIONS, 'RedisBudget')
    const { redis, rateLimit = {}, prefix = DEFAULT_PREFIX, timeout = 30_000 } = options ?? {}
    if (typeof redis?.evalsha !== 'function') {
      throw new PineconeConfigurationError('redis', 'must be an ioredis connection, such as `new Redis(url)`')
    }
    checkRateLimit(rateLimit)
    if (!(typeof timeout === 'number' && timeout > 0)) {
      throw new PineconeConfigurationError('timeout', `is ${timeout}; it must be a number above 0`)
    }
    this.#timeout = timeout
    this.#address = `${redis.options?.host}:${redis.options?.port}`
    this.#rateLimit = rateLimit
    this.#prefix = prefix
    this.#states = new SharedStates(redis)
  }

  /**
   * @throws PineconeConnectionError if Redis does not answer within `timeout`
   */
  async enter(
    request: BudgetRequest,
    signal: AbortSignal,
    onWait?: (wait: BudgetWait) => void,
  ): Promise<BudgetEntry> {
    const draws = drawsOf(request, this.#rateLimit)
    const keys = draws.map(({ key }) => rateKey(this.#prefix, key))
    /** @returns the time of the event, or why the request has to wait */
    const tell = (event: RequestEvent) =>
      this.#states.change<number | BudgetWait>(keys, (kept, now) => {
        const states = draws.map((draw, i) => stateOf(kept[i], draw, now))
        const wait = event.is === 'sent' ? waitOf(draws, states, now) : undefined
        if (wait) return { result: wait }
        const after = statesAfter(draws, states, event, now)
        return { result: now, states: after, keepMs: waitOf(draws, after, now)?.waitMs ?? 0 }
      })
    // Without Redis, the event is lost; the budget recovers by itself.
    const end = (event: RequestEvent) => void tell(event).catch(() => {})

    const silence = new AbortController()
    const stop = AbortSignal.any([signal, silence.signal])
    const watch = setInterval(() => {
      const silentMs = this.#states.silentMs
      const waitMs = Math.max(0, this.#timeout - silentMs)
      if (silentMs >= Math.min(SILENCE, this.#timeout))
        onWait?.({ reason: 'shared budget unreachable', waitMs })
      if (waitMs === 0) silence.abort(this.#unreachable(silentMs))
    }, LOOK)

    // One request of this process asks at a time, so that the load on Redis grows with processes, not with requests.
    const sentAt = await this.#mutex(keys[0] ?? '')
      .runExclusive(async () => {
        for (;;) {
          stop.throwIfAborted()
          const wait = await tell({ is: 'sent' })
          if (typeof wait === 'number') {
            if (stop.aborted) end({ is: 'withdrawn' })
            return wait
          }
          onWait?.(wait)
          await delay(Math.min(wait.waitMs, LONGEST_SLEEP), undefined, { signal: stop })
        }
      }, stop)
      .finally(() => clearInterval(watch))
    return {
      accepted: (tokens) =>
        end({ is: 'accepted', tokens: request.tokens === undefined ? undefined : tokens }),
      refused: (retryAfterMs) => {
        end({ is: 'refused', sentAt, retryAfterMs })
        return true
      },
      failed: () => end({ is: 'failed' }),
      withdrawn: () => end({ is: 'withdrawn' }),
      disproved: () => end({ is: 'disproved' }),
    }
  }

  #unreachable(silentMs: number): PineconeConnectionError {
    const message = `the shared budget's Redis at ${this.#address} has not answered for ${Math.round(silentMs / 1000)} s, and nothing was sent`
    return new PineconeConnectionError(message, { code: undefined, cause: undefined })
  }

  #mutex(key: string): Mutex {
    const mutex = this.#mutexes.get(key) ?? new Mutex()
    this.#mutexes.set(key, mutex)
    return mutex
  }
}
