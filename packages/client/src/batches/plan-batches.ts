/**
 * Maximum bytes of the items in one request. The service accepts 2 MB per request
 * (https://docs.pinecone.io/reference/api/database-limits); the rest leaves room for the other fields.
 */
export const MAX_REQUEST_BYTES = 1_900_000

/** Unfinished batches per slot in a bulk call. With two, a batch that waits for a retry leaves no slot idle. */
export const AHEAD_PER_SLOT = 2

/** An input or a document to send. */
export interface Item {
  /** Position in the caller's list. */
  readonly index: number
  readonly bytes: number
}

/** The items of one request, in order. */
export type Batch<T extends Item> = readonly T[]

export interface BatchLimits {
  /** Items per request. */
  readonly count: number
  /** Bytes of the items in a request. A larger item gets a request of its own. */
  readonly bytes: number
}

/** Collects items, in order, into the largest batches within the limits. */
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

  /** Adds an item. Returns a batch if the item completes it or no longer fits into it. */
  add(item: T): Batch<T> | undefined {
    const overflow = this.#bytes + item.bytes > this.#limits.bytes ? this.rest() : undefined
    this.#items.push(item)
    this.#bytes += item.bytes
    return overflow ?? (this.#items.length >= this.#limits.count ? this.rest() : undefined)
  }

  /** The last batch, if any items are left. */
  rest(): Batch<T> | undefined {
    if (this.isEmpty) return undefined
    const batch = this.#items
    this.#items = []
    this.#bytes = 0
    return batch
  }
}

/** Splits a list of items into batches, lazily. */
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

/** The items' positions in the caller's list: one range for each run of consecutive ones. */
export function rangesOf(batch: Batch<Item>): [number, number][] {
  const ranges: [number, number][] = []
  for (const { index } of batch) {
    const last = ranges.at(-1)
    if (last?.[1] === index) last[1]++
    else ranges.push([index, index + 1])
  }
  return ranges
}
