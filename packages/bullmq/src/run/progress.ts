/** The progress of a run. */
export interface Progress {
  /** `producing` until the source has ended, then `embedding` until nothing is left to do. */
  readonly state: 'producing' | 'embedding' | 'finished'
  /** Jobs: produced from the source so far, done, queued, taken by workers, failed on every attempt. */
  readonly jobs: {
    readonly produced: number
    readonly done: number
    readonly waiting: number
    readonly active: number
    readonly failed: number
  }
  /** Records: produced from the source so far, in the output, refused by the service. */
  readonly records: { readonly produced: number; readonly done: number; readonly failed: number }
  /** Tokens that the service counted for the jobs that are done. */
  readonly tokens: number
  /** Over the last minute, or since `follow` was called. */
  readonly tokensPerMinute: number
  readonly recordsPerSecond: number
}

interface Sample {
  readonly at: number
  readonly tokens: number
  readonly records: number
}

const WINDOW = 60_000

/** Rates over the last minute, computed from growing totals. */
export class Rates {
  #samples: Sample[] = []

  add(sample: Sample): { tokensPerMinute: number; recordsPerSecond: number } {
    this.#samples.push(sample)
    const { at, tokens, records } = sample
    this.#samples = this.#samples.filter((one) => one.at >= at - WINDOW)
    const [first = sample] = this.#samples
    const seconds = Math.max(1, at - first.at) / 1000
    return {
      tokensPerMinute: Math.round(((tokens - first.tokens) / seconds) * 60),
      recordsPerSecond: Math.round((records - first.records) / seconds),
    }
  }
}

/** Calls a user's listener. The work is paid for, so an error of the listener becomes a process warning. */
export function tell(listener: () => unknown): void {
  const told = async () => listener()
  told().catch((error: unknown) => process.emitWarning(error instanceof Error ? error : String(error)))
}
