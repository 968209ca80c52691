import { ApiError } from '../http/api-error.js'
import type { RateLimit } from './fault.js'
import { TokenBucket } from './token-bucket.js'

export interface Spending {
  readonly model: string
  readonly inputType?: string
  readonly tokens: number
  readonly rerankUnits?: number
}

/** Buckets of one rate limit: tokens and requests, for each model and input type. */
export class RateLimiter {
  readonly #limit: RateLimit
  readonly #buckets = new Map<string, TokenBucket>()

  constructor(limit: RateLimit) {
    this.#limit = limit
  }

  /** Takes what a request spends, or throws the API's 429 and takes nothing. */
  spend(spending: Spending, now: number): void {
    const costs = [
      { unit: 'tokens', amount: spending.tokens, perMinute: this.#limit.tokensPerMinute },
      { unit: 'requests', amount: 1, perMinute: this.#limit.requestsPerMinute },
    ].flatMap(({ unit, amount, perMinute }) =>
      perMinute === undefined || amount === 0
        ? []
        : [{ unit, amount, perMinute, bucket: this.#bucket(unit, perMinute, spending, now) }],
    )
    for (const { unit, amount, perMinute, bucket } of costs) {
      const wait = bucket.wait(amount, now)
      if (wait > 0) throw exhausted(unit, perMinute, spending, wait)
    }
    for (const { amount, bucket } of costs) bucket.take(amount, now)
  }

  #bucket(unit: string, perMinute: number, { model, inputType }: Spending, now: number): TokenBucket {
    const key = `${unit} ${model} ${inputType}`
    const known = this.#buckets.get(key) ?? new TokenBucket(perMinute, now)
    this.#buckets.set(key, known)
    return known
  }
}

function exhausted(unit: string, perMinute: number, { model, inputType }: Spending, wait: number): ApiError {
  const subject = inputType ? `model '${model}' and input type '${inputType}'` : `model '${model}'`
  return new ApiError(
    429,
    'RESOURCE_EXHAUSTED',
    `You've reached the max ${unit} per minute (${perMinute}) for ${subject}. Try again in ${Math.ceil(wait / 1000)} s.`,
    { 'retry-after': String(Math.ceil(wait / 1000)) },
  )
}
