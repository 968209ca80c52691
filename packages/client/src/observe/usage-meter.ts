import type { CountedUsage } from './events.js'
import { tell } from './tell.js'

/** What one request was counted with, and all of the client's so far. */
export interface UsageReport {
  readonly model: string
  readonly totalTokens: number
  readonly rerankUnits: number
  readonly total: {
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

  count(model: string, { totalTokens = 0, rerankUnits = 0 }: CountedUsage): void {
    this.#total = {
      requests: this.#total.requests + 1,
      totalTokens: this.#total.totalTokens + totalTokens,
      rerankUnits: this.#total.rerankUnits + rerankUnits,
    }
    tell(() => this.#onUsage({ model, totalTokens, rerankUnits, total: this.#total }))
  }
}
