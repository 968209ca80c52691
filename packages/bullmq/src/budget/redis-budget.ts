import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { BudgetEntry, BudgetRequest, RateLimit, SharedBudget } from '@pinecone-inference/client'
import type { Redis } from 'ioredis'
import { checkRateLimit } from '../options/check-numbers.js'
import { budgetKeys, DEFAULT_PREFIX } from '../redis/keys.js'
import { Script } from '../redis/script.js'
import { BUDGET_SCRIPT } from './budget-script.js'
import { Line } from './line.js'

const script = new Script(BUDGET_SCRIPT)

/** Milliseconds after which a waiting request asks again, however long the wait: others may have given back. */
const LONGEST_SLEEP = 1_000

export interface RedisBudgetOptions {
  /** An ioredis connection. The budget does not close it. */
  redis: Redis
  /**
   * What the service allows, per model, and for tokens per input type. A minute's worth may go at once.
   * Default: learned from 429s.
   */
  rateLimit?: RateLimit | undefined
  /** What names in Redis begin with: one per Pinecone project. Default `pinecone-inference`. */
  prefix?: string | undefined
}

/**
 * One rate budget for all processes that use it with the same Redis and prefix: bulk workers, and any other
 * `PineconeInference` client. A 429 seen by one holds back all.
 *
 * @example
 * ```ts
 * const sharedBudget = new RedisBudget({ redis, rateLimit: { tokensPerMinute: 1_000_000 } })
 * const pinecone = new PineconeInference({ sharedBudget })
 * ```
 */
export class RedisBudget implements SharedBudget {
  readonly #redis: Redis
  readonly #rateLimit: RateLimit
  readonly #prefix: string
  readonly #lines = new Map<string, Line>()

  /** @throws PineconeConfigurationError for a rate that is no number above 0 */
  constructor({ redis, rateLimit = {}, prefix = DEFAULT_PREFIX }: RedisBudgetOptions) {
    checkRateLimit(rateLimit)
    this.#redis = redis
    this.#rateLimit = rateLimit
    this.#prefix = prefix
  }

  async enter(request: BudgetRequest, signal: AbortSignal): Promise<BudgetEntry> {
    const { model, inputType = '', tokens } = request
    const { state, inFlight, requests } = budgetKeys(this.#prefix, model, inputType)
    const { tokensPerMinute = '', requestsPerMinute = '' } = this.#rateLimit
    const id = randomUUID()
    const draws = [id, tokens ?? '', tokensPerMinute, requestsPerMinute]
    const tell = (...event: (string | number)[]) =>
      script.run(this.#redis, [state, inFlight, requests], event)
    // What cannot be told any more, Redis forgets by itself.
    const end = (...event: (string | number)[]) => void tell(...event).catch(() => {})

    // One request of this process asks at a time: Redis is asked as often as there are processes, not requests.
    await this.#line(state).wait(async () => {
      for (;;) {
        signal.throwIfAborted()
        const wait = Number(await tell('enter', ...draws))
        if (wait === 0) break
        await delay(Math.min(wait, LONGEST_SLEEP), undefined, { signal })
      }
      if (signal.aborted) end('undone', ...draws)
    }, signal)
    const expected = tokens ?? 1
    return {
      accepted: (actual) => end('accepted', id, expected, tokens === undefined ? 1 : (actual ?? expected)),
      refused: (retryAfterMs) => end('refused', id, expected, retryAfterMs ?? ''),
      failed: () => end('failed', id),
    }
  }

  #line(key: string): Line {
    const line = this.#lines.get(key) ?? new Line()
    this.#lines.set(key, line)
    return line
  }
}
