import type { CountedUsage } from './events.js'
import { tell } from './tell.js'

/** What the service counted for one request, as its answer's `usage` says, and for all of this client's so far. */
export interface UsageReport {
  /** The model that served the request, as the answer names it. */
  readonly model: string
  /** The model asked for; the service may serve a retired one by its successor. */
  readonly requestedModel: string
  /** Tokens of an embed request; 0 for a rerank request, or where the answer does not say. */
  readonly totalTokens: number
  /** Rerank units of a rerank request; 0 for an embed request, or where the answer does not say. */
  readonly rerankUnits: number
  /** The sums over all models since the client was made, this request included. */
  readonly total: {
    /** Embed and rerank requests that were answered; not those that failed. */
    readonly requests: number
    readonly totalTokens: number
    readonly rerankUnits: number
  }
}

/** Adds up what the service counted and tells `onUsage`. */
export class UsageMeter {
  readonly #onUsage: (report: UsageReport) => void
  #total = { requests: 0, totalTokens: 0, rerankUnits: 0 }

  constructor(onUsage: (report: UsageReport) => void) {
    this.#onUsage = onUsage
  }

  count(requestedModel: string, model: string, usage: CountedUsage): void {
    const { totalTokens = 0, rerankUnits = 0 } = usage
    this.#total = {
      requests: this.#total.requests + 1,
      totalTokens: this.#total.totalTokens + totalTokens,
      rerankUnits: this.#total.rerankUnits + rerankUnits,
    }
    tell(() => this.#onUsage({ model, requestedModel, totalTokens, rerankUnits, total: this.#total }))
  }
}
