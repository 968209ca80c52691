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
export class BatchPlanner<T> {
  readonly #limits: BatchLimits
  readonly #sizeOf: (item: T) => number
  #items: T[] = []
  #bytes = 0
  #start = 0

  constructor(limits: BatchLimits, sizeOf: (item: T) => number) {
    this.#limits = limits
    this.#sizeOf = sizeOf
  }

  /** Adds an item; returns the batch that it completes or no longer fits into. */
  add(item: T): Batch<T> | undefined {
    const size = this.#sizeOf(item)
    const overflow = this.#bytes + size > this.#limits.bytes ? this.rest() : undefined
    this.#items.push(item)
    this.#bytes += size
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

/** Splits what is already there. Lazy: a batch is planned when it is asked for. */
export function* planBatches<T>(
  items: Iterable<T>,
  limits: BatchLimits,
  sizeOf: (item: T) => number,
): Generator<Batch<T>, void> {
  const planner = new BatchPlanner(limits, sizeOf)
  for (const item of items) {
    const batch = planner.add(item)
    if (batch) yield batch
  }
  const rest = planner.rest()
  if (rest) yield rest
}
