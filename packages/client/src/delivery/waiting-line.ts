import type { Call } from './call.js'

/** After so many single requests in a row, one batch of a bulk job goes first, so that neither starves. */
const SINGLES_PER_BATCH = 4

interface Waits {
  readonly call: Call
  /** It had its turn before and was refused. */
  readonly urgent: boolean
}

/** Requests that wait for their turn: first come, first served, single requests ahead of bulk batches. */
export class WaitingLine<W extends Waits> {
  // A Set keeps insertion order and drops an aborted waiter at once, wherever it stands.
  readonly #lanes = { urgent: new Set<W>(), single: new Set<W>(), bulk: new Set<W>() }
  #singlesInARow = 0

  add(waiter: W): void {
    this.#laneOf(waiter).add(waiter)
  }

  remove(waiter: W): void {
    this.#laneOf(waiter).delete(waiter)
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
    const urgent = first(this.#lanes.urgent)
    if (urgent) return urgent
    const single = first(this.#lanes.single)
    const batch = first(this.#lanes.bulk)
    if (single && batch) return this.#singlesInARow < SINGLES_PER_BATCH ? single : batch
    return single ?? batch
  }

  #laneOf({ urgent, call }: W): Set<W> {
    return urgent ? this.#lanes.urgent : this.#lanes[call.lane]
  }
}

function first<T>(set: Set<T>): T | undefined {
  return set.values().next().value
}
