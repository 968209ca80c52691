import { ModelBudget } from './model-budget.js'
import { TokenBucket } from './token-bucket.js'
import { TokenEstimator } from './token-estimator.js'

/** Per model, and per input type for tokens: as the service counts them. */
export interface RateLimit {
  /** Tokens per minute that may be embedded. A minute's worth may go at once. */
  tokensPerMinute?: number | undefined
  /** Requests per minute. A minute's worth may go at once. */
  requestsPerMinute?: number | undefined
}

/** What a request will draw from the budget. */
export interface Load {
  /** The model, or the route of a request that is for none. */
  readonly model: string
  /** The service counts tokens per model and input type. */
  readonly inputType?: string | undefined
  /** Bytes of the texts to embed. Absent for what counts as one request. */
  readonly textBytes?: number
}

/** The budget of one model and input type, with the guess of what a request will cost it. */
export interface Account {
  readonly budget: ModelBudget
  readonly estimator: TokenEstimator
}

/** One budget for all calls of a client. */
export class RateBudget {
  readonly #limit: RateLimit
  readonly #accounts = new Map<string, Account>()
  readonly #requests = new Map<string, TokenBucket>()

  constructor(limit: RateLimit) {
    this.#limit = limit
  }

  account({ model, inputType, textBytes }: Load): Account {
    const key = JSON.stringify([model, inputType])
    let account = this.#accounts.get(key)
    if (!account) {
      const tokens = textBytes === undefined ? undefined : bucket(this.#limit.tokensPerMinute)
      const requests = this.#requestsOf(model)
      account = {
        budget: new ModelBudget({ tokens, requests }, performance.now()),
        estimator: new TokenEstimator(),
      }
      this.#accounts.set(key, account)
    }
    return account
  }

  /** One for all input types of a model. */
  #requestsOf(model: string): TokenBucket | undefined {
    const requests = this.#requests.get(model) ?? bucket(this.#limit.requestsPerMinute)
    if (requests) this.#requests.set(model, requests)
    return requests
  }
}

function bucket(perMinute: number | undefined): TokenBucket | undefined {
  return perMinute === undefined
    ? undefined
    : new TokenBucket({ capacity: perMinute, perMinute, now: performance.now() })
}
