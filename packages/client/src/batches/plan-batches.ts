/**
 * The bytes of a request's items. The service refuses a request of 2 MB
 * (https://docs.pinecone.io/reference/api/database-limits); the rest is room for the other fields.
 */
export const MAX_REQUEST_BYTES = 1_900_000

/** Batches a bulk call may have unfinished, per slot: so that one waiting for a retry leaves no slot idle. */
export const AHEAD_PER_SLOT = 2

/** An input or a document to send. */
export interface Item {
  /** Position in the caller's list. */
  readonly index: number
  readonly bytes: number
}

/** Items that go into one request, in order. */
export type Batch<T extends Item> = readonly T[]

export interface BatchLimits {
  /** Items per request. */
  readonly count: number
  /** Bytes of the items in a request. An item over it gets a request of its own. */
  readonly bytes: number
}

/** Collects items into the largest batches within the limits, in order. */
export class BatchPlanner<T extends Item> {
  readonly #limits: BatchLimits
  #items: T[] = []
  #bytes = 0

  constructor(limits: BatchLimits) {
    this.#limits = limits
  }

  get isEmpty(): boolean {
    return this.#items.length === 0
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
    if (this.isEmpty) return undefined
    const batch = this.#items
    this.#items = []
    this.#bytes = 0
    return batch
  }
}

/** Splits items that are all there. Lazy: a batch is planned when it is asked for. */
export function* planBatches<T extends Item>(
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

/** Where items stand in the caller's list: a range for each run of neighbours. */
export function rangesOf(batch: Batch<Item>): [number, number][] {
  const ranges: [number, number][] = []
  for (const { index } of batch) {
    const last = ranges.at(-1)
    if (last?.[1] === index) last[1]++
    else ranges.push([index, index + 1])
  }
  return ranges
}
