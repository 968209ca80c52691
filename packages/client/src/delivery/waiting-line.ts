/** Who goes first: a request that failed once, then single requests, then the batches of bulk jobs. */
export type Place = 'urgent' | 'single' | 'bulk'

/** Requests of one budget that wait for their turn; within a place first come, first served. */
export class WaitingLine<W extends { readonly place: Place }> {
  // A Set keeps insertion order and drops an aborted waiter at once, wherever it stands.
  readonly #places: Record<Place, Set<W>> = { urgent: new Set(), single: new Set(), bulk: new Set() }

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
