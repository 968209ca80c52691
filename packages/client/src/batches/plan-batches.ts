/**
 * The bytes of a request's items. The service refuses a request of 2 MB
 * (https://docs.pinecone.io/reference/api/database-limits); the rest is room for the other fields.
 */
export const MAX_REQUEST_BYTES = 1_900_000

/** Batches a bulk call may have unfinished, per slot: so that one waiting for a retry leaves no slot idle. */
export const AHEAD_PER_SLOT = 2

/** Consecutive items that go into one request. */
export interface Batch<T> {
  /** Position of the first item in the whole input. */
  readonly start: number
  readonly items: readonly T[]
}

export interface BatchLimits {
  /** Items per request. */
  readonly count: number
  /** Bytes of the items in a request. An item over it gets a request of its own. */
  readonly bytes: number
}

/** Collects items into the largest batches within the limits, in order. */
export class BatchPlanner<T extends { readonly bytes: number }> {
  readonly #limits: BatchLimits
  #items: T[] = []
  #bytes = 0
  #start = 0

  constructor(limits: BatchLimits) {
    this.#limits = limits
  }

  /** Adds an item; returns the batch that it completes or no longer fits into. */
  add(item: T): Batch<T> | undefined {
    const overflow = this.#bytes + item.bytes > this.#limits.bytes ? this.rest() : undefined
    this.#items.push(item)
    this.#bytes += item.bytes
    return overflow ?? (this.#items.length >= this.#limits.count ? this.rest() : undefined)
  }

  /** What is left, if anything. */
  rest(): Batch<T> | undefined {
    if (this.#items.length === 0) return undefined
    const batch = { start: this.#start, items: this.#items }
    this.#start += this.#items.length
    this.#items = []
    this.#bytes = 0
    return batch
  }
}

/** Splits items that are all there. Lazy: a batch is planned when it is asked for. */
export function* planBatches<T extends { readonly bytes: number }>(
  items: Iterable<T>,
  limits: BatchLimits,
): Generator<Batch<T>, void> {
  const planner = new BatchPlanner<T>(limits)
  for (const item of items) {
    const batch = planner.add(item)
    if (batch) yield batch
  }
  const rest = planner.rest()
  if (rest) yield rest
}
