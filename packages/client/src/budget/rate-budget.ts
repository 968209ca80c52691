import type { Call } from '../delivery/call.js'
import type { Admission } from './admission.js'
import { ModelBudget } from './model-budget.js'
import { TokenBucket } from './token-bucket.js'
import { TokenEstimator } from './token-estimator.js'

/** Per model, and per input type for tokens: as the service counts them. */
export interface RateLimit {
  /** Tokens per minute that may be embedded. A minute's worth may go at once. */
  tokensPerMinute?: number
  /** Requests per minute. A minute's worth may go at once. */
  requestsPerMinute?: number
}

/** What a request will draw from the budget. */
export interface Load {
  readonly model: string
  /** The service counts tokens per model and input type; a rerank has none and counts as one request. */
  readonly inputType?: string | undefined
  /** Bytes of the texts to embed. Absent for a rerank. */
  readonly textBytes?: number
}

/** One budget for all calls of a client. */
export class RateBudget {
  readonly #limit: RateLimit
  readonly #budgets = new Map<string, { budget: ModelBudget; estimator: TokenEstimator }>()
  readonly #requestBuckets = new Map<string, TokenBucket>()

  constructor(limit: RateLimit) {
    this.#limit = limit
  }

  /** Resolves when the request may be sent; see ModelBudget. */
  async admit(load: Load, urgent: boolean, call: Call): Promise<Admission> {
    const { budget, estimator } = this.#of(load)
    const { textBytes } = load
    if (textBytes === undefined) return budget.admit(1, urgent, call)
    const admission = await budget.admit(estimator.estimate(textBytes), urgent, call)
    return {
      ...admission,
      accepted(tokens) {
        estimator.learn(textBytes, tokens)
        admission.accepted(tokens)
      },
    }
  }

  #of({ model, inputType, textBytes }: Load) {
    const key = JSON.stringify([model, inputType])
    let found = this.#budgets.get(key)
    if (!found) {
      const { tokensPerMinute } = this.#limit
      const tokens = textBytes !== undefined && tokensPerMinute ? bucket(tokensPerMinute) : undefined
      const budget = new ModelBudget({ tokens, requests: this.#requestsOf(model) })
      found = { budget, estimator: new TokenEstimator() }
      this.#budgets.set(key, found)
    }
    return found
  }

  /** One for all input types of a model. */
  #requestsOf(model: string): TokenBucket | undefined {
    const { requestsPerMinute } = this.#limit
    if (!requestsPerMinute) return undefined
    const known = this.#requestBuckets.get(model) ?? bucket(requestsPerMinute)
    this.#requestBuckets.set(model, known)
    return known
  }
}

function bucket(perMinute: number): TokenBucket {
  return new TokenBucket({ capacity: perMinute, perMinute, now: performance.now() })
}
