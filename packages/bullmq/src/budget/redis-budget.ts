import { setTimeout as delay } from 'node:timers/promises'
import type {
  BudgetEntry,
  BudgetRequest,
  BudgetWait,
  RateLimit,
  SharedBudget,
} from '@pinecone-inference/client'
import { drawsOf, type Happening, stateOf, statesAfter, waitOf } from '@pinecone-inference/client/adapters'
import type { Redis } from 'ioredis'
import { checkRateLimit } from '../check-options.js'
import { DEFAULT_PREFIX, rateKey } from '../redis/keys.js'
import { Mutex } from './mutex.js'
import { SharedStates } from './shared-states.js'

/** Milliseconds after which a waiting request asks again, however long its wait: other requests may return tokens. */
const LONGEST_SLEEP = 1_000

export interface RedisBudgetOptions {
  /** An ioredis connection. The budget does not close it. */
  redis: Redis
  /**
   * What the service allows per model, and for tokens per input type. A burst may use a whole minute's worth.
   * Default: learned from 429s.
   */
  rateLimit?: RateLimit | undefined
  /** Prefix of all keys in Redis, one per Pinecone project. Default `pinecone-inference`. */
  prefix?: string | undefined
}

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
  readonly #states: SharedStates
  readonly #mutexes = new Map<string, Mutex>()

  /** @throws PineconeConfigurationError for a rate that is not a number above 0 */
  constructor({ redis, rateLimit = {}, prefix = DEFAULT_PREFIX }: RedisBudgetOptions) {
    checkRateLimit(rateLimit)
    this.#rateLimit = rateLimit
    this.#prefix = prefix
    this.#states = new SharedStates(redis)
  }

  async enter(
    request: BudgetRequest,
    signal: AbortSignal,
    onWait?: (wait: BudgetWait) => void,
  ): Promise<BudgetEntry> {
    const draws = drawsOf(request, this.#rateLimit)
    const keys = draws.map(({ key }) => rateKey(this.#prefix, key))
    /** @returns the time of what happened, or why it has to wait */
    const tell = (happening: Happening) =>
      this.#states.change<number | BudgetWait>(keys, (kept, now) => {
        const states = draws.map((draw, i) => stateOf(kept[i], draw, now))
        const wait = happening.is === 'sent' ? waitOf(draws, states, now) : undefined
        if (wait) return { result: wait }
        const after = statesAfter(draws, states, happening, now)
        return { result: now, states: after, keepMs: waitOf(draws, after, now)?.waitMs ?? 0 }
      })
    // Without Redis, what happened is lost; the budget recovers from that by itself.
    const end = (happening: Happening) => void tell(happening).catch(() => {})

    // One request of this process asks at a time: the load on Redis grows with processes, not with requests.
    const sentAt = await this.#mutex(keys[0] ?? '').runExclusive(async () => {
      for (;;) {
        signal.throwIfAborted()
        const wait = await tell({ is: 'sent' })
        if (typeof wait === 'number') {
          if (signal.aborted) end({ is: 'withdrawn' })
          return wait
        }
        onWait?.(wait)
        await delay(Math.min(wait.waitMs, LONGEST_SLEEP), undefined, { signal })
      }
    }, signal)
    return {
      accepted: (tokens) =>
        end({ is: 'accepted', tokens: request.tokens === undefined ? undefined : tokens }),
      refused: (retryAfterMs) => {
        end({ is: 'refused', sentAt, retryAfterMs })
        return true
      },
      failed: () => end({ is: 'failed' }),
      withdrawn: () => end({ is: 'withdrawn' }),
    }
  }

  #mutex(key: string): Mutex {
    const mutex = this.#mutexes.get(key) ?? new Mutex()
    this.#mutexes.set(key, mutex)
    return mutex
  }
}
