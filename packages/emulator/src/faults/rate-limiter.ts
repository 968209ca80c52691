import { type ModelLimits, planLimits } from '../../../../spec/rate-limits.js'
import { ApiError } from '../http/api-error.js'
import type { RateLimit } from './fault.js'
import { TokenBucket } from './token-bucket.js'

export interface Spending {
  readonly model: string
  readonly inputType?: string
  readonly tokens: number
  readonly rerankUnits?: number
}

const second = 1_000
const minute = 60 * second
/** A month's budget does not refill while an emulator runs. */
const month = Number.POSITIVE_INFINITY

/** What a request takes from one budget, and what its refusal says. */
interface Charge {
  /** Charges with the same key share a bucket. */
  readonly key: string
  readonly amount: number
  readonly size: number
  readonly period: number
  readonly says: string
}

/** The buckets of one rate limit. */
export class RateLimiter {
  readonly #limit: RateLimit
  readonly #buckets = new Map<string, TokenBucket>()

  constructor(limit: RateLimit) {
    this.#limit = limit
  }

  /** Takes what a request spends; if a budget does not allow it, throws the API's 429 and takes nothing. */
  spend(spending: Spending, now: number): void {
    const charges = chargesOf(this.#limit, spending).map((charge) => ({
      ...charge,
      bucket: this.#bucket(charge, now),
    }))
    for (const { amount, bucket, says } of charges) {
      const wait = bucket.wait(amount, now)
      if (wait > 0) throw exhausted(says, this.#limit.retryAfter === false ? Number.POSITIVE_INFINITY : wait)
    }
    for (const { amount, bucket } of charges) bucket.take(amount, now)
  }

  #bucket({ key, size, period }: Charge, now: number): TokenBucket {
    const known = this.#buckets.get(key) ?? new TokenBucket(size, period, now)
    this.#buckets.set(key, known)
    return known
  }
}

function chargesOf({ plan, ...own }: RateLimit, spending: Spending): Charge[] {
  const rerank = spending.rerankUnits !== undefined
  const { tokensPerMinute } = own
  const ownLimits: ModelLimits = {
    ...(tokensPerMinute === undefined
      ? {}
      : { tokensPerMinute: { passage: tokensPerMinute, query: tokensPerMinute } }),
    ...(own.requestsPerMinute === undefined ? {} : { requestsPerMinute: own.requestsPerMinute }),
    ...(own.tokensPerMonth === undefined ? {} : { tokensPerMonth: own.tokensPerMonth }),
    ...(own.requestsPerMonth === undefined || !rerank ? {} : { requestsPerMonth: own.requestsPerMonth }),
  }
  const ownCharges = modelCharges('own', ownLimits, spending)
  if (plan === undefined) return ownCharges
  const { requestsPerSecond, requestsPerMinute, models } = planLimits[plan]
  const limits = models[spending.model] ?? {}
  if (limits.unavailable) throw unauthorized(spending)
  return [
    projectCharge('second', requestsPerSecond, second),
    projectCharge('minute', requestsPerMinute, minute),
    ...modelCharges('plan', limits, spending),
    ...ownCharges,
  ]
}

/** Source of the wording: https://docs.pinecone.io/reference/api/database-limits/rate-limits (2026-11-28). */
function projectCharge(unit: string, size: number, period: number): Charge {
  const says = `Request failed. You've reached the max inference requests per ${unit} (${size}) for the current project.`
  return { key: `project ${unit}`, amount: 1, size, period, says }
}

function modelCharges(whose: string, limits: ModelLimits, spending: Spending): Charge[] {
  if (limits.unavailable) return []
  const { model, inputType, tokens } = spending
  const { tokensPerMinute, tokensPerMonth, requestsPerMinute, requestsPerMonth } = limits
  const perMinute = inputType === 'query' ? tokensPerMinute?.query : tokensPerMinute?.passage
  return [
    // The service's recorded wording, from before the rate-limit page called it "max embedding tokens per minute": an
    // answer in the tests of quarkiverse/quarkus-pinecone-client.
    charge('tokens per minute', tokens, perMinute, minute, ` ${inputType}`, (limit) => {
      return `Request failed. You've reached the max tokens per minute (${limit}) for model '${model}' and input_type '${inputType}' for the current project. To increase this limit, upgrade your plan.`
    }),
    charge('requests per minute', 1, requestsPerMinute, minute, '', (limit) => {
      return `Request failed. You've reached the max requests per minute (${limit}) for model '${model}' for the current project. To increase this limit, upgrade your plan.`
    }),
    // https://docs.pinecone.io/reference/api/database-limits of 2025; rerankers answer with the same wording.
    charge('tokens per month', tokens, tokensPerMonth, month, '', monthly),
    charge('requests per month', 1, requestsPerMonth, month, '', monthly),
  ].flat()

  function monthly(limit: number): string {
    return `Request failed. You've reached the embedding token limit (${limit}) for model ${model} for the current month. To continue using this model, upgrade your plan.`
  }

  function charge(
    unit: string,
    amount: number,
    size: number | undefined,
    period: number,
    part: string,
    says: (limit: number) => string,
  ): Charge[] {
    if (size === undefined || amount === 0) return []
    return [{ key: `${whose} ${unit} ${model}${part}`, amount, size, period, says: says(size) }]
  }
}

/** `Retry-After` only if there will be room. */
function exhausted(message: string, wait: number): ApiError {
  const headers = Number.isFinite(wait) ? { 'retry-after': String(Math.ceil(wait / second)) } : {}
  return new ApiError(429, 'RESOURCE_EXHAUSTED', message, headers)
}

/** As recorded: 403 for rerank, 404 for embed (tests of pinecone-io/pinecone-python-client, 2026-11-28). */
function unauthorized({ model, rerankUnits }: Spending): ApiError {
  const message = `Project is not authorized to use model ${model}`
  return rerankUnits === undefined
    ? new ApiError(404, 'NOT_FOUND', message)
    : new ApiError(403, 'PERMISSION_DENIED', message)
}
