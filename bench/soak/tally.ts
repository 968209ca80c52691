export interface CallCounts {
  calls: number
  /** Vectors or rankings that came back. */
  results: number
  /** Results that are not what a service without faults answers. */
  wrong: number
  /** Results that a call should have had and did not name as failed either. */
  missing: number
  readonly failures: Record<string, number>
}

/** Counts calls, results and failures for each kind of call. */
export class Tally {
  readonly #counts = new Map<string, CallCounts>()

  of(call: string): CallCounts {
    const counts = this.#counts.get(call) ?? { calls: 0, results: 0, wrong: 0, missing: 0, failures: {} }
    this.#counts.set(call, counts)
    return counts
  }

  failed(call: string, error: unknown): void {
    const { failures } = this.of(call)
    const name = error instanceof Error ? error.name : String(error)
    failures[name] = (failures[name] ?? 0) + 1
  }

  entries(): [string, CallCounts][] {
    return [...this.#counts]
  }
}
