import type { Lane } from './call.js'

/** Who goes first: a single request that failed once, then single ones, batches that failed once, other batches. */
export type Place = 'single again' | 'single' | 'bulk again' | 'bulk'

/** The place of a call's request, tried for the first time or again. */
export function placeOf(lane: Lane, isRetry: boolean): Place {
  return isRetry ? `${lane} again` : lane
}

/** Requests of one budget that wait for their turn; within a place first come, first served. */
export class WaitingLine<W extends { readonly place: Place }> {
  // A Set keeps insertion order and drops an aborted waiter at once, wherever it stands.
  readonly #places: Record<Place, Set<W>> = {
    'single again': new Set(),
    single: new Set(),
    'bulk again': new Set(),
    bulk: new Set(),
  }

  add(waiter: W): void {
    this.#places[waiter.place].add(waiter)
  }

  remove(waiter: W): void {
    this.#places[waiter.place].delete(waiter)
  }

  /** The first one of the first place that has any. */
  first(order: readonly Place[]): W | undefined {
    for (const place of order) {
      const [waiter] = this.#places[place]
      if (waiter) return waiter
    }
    return undefined
  }
}
