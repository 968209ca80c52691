import type { Call, Lane } from './call.js'

/** After so many single requests in a row, one batch of a bulk job goes first, so that neither starves. */
const SINGLES_PER_BATCH = 4

/** Requests that wait for their turn: first come, first served, single requests ahead of bulk batches. */
export class WaitingLine<W extends { readonly call: Call }> {
  // A Set keeps insertion order and drops an aborted waiter at once, wherever it stands.
  readonly #lanes: Record<Lane, Set<W>> = { single: new Set(), bulk: new Set() }
  #singlesInARow = 0

  add(waiter: W): void {
    this.#lanes[waiter.call.lane].add(waiter)
  }

  remove(waiter: W): void {
    this.#lanes[waiter.call.lane].delete(waiter)
  }

  /** Takes the one whose turn it is. */
  next(): W | undefined {
    const waiter = this.peek()
    if (waiter) {
      this.remove(waiter)
      this.#singlesInARow = waiter.call.lane === 'single' ? this.#singlesInARow + 1 : 0
    }
    return waiter
  }

  /** The one whose turn it is, left in line. */
  peek(): W | undefined {
    const single = first(this.#lanes.single)
    const batch = first(this.#lanes.bulk)
    if (single && batch) return this.#singlesInARow < SINGLES_PER_BATCH ? single : batch
    return single ?? batch
  }
}

function first<T>(set: Set<T>): T | undefined {
  return set.values().next().value
}
