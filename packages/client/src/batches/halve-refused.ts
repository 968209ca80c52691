import type { Batch } from './plan-batches.js'

/** What becomes of a batch. */
export interface Halving<T> {
  deliver(batch: Batch<T>): Promise<void>
  /** Whether its halves may fare better. */
  mayPassInHalves(error: unknown): boolean
  /** Takes what finally cannot be delivered: throws, or takes note. */
  fail(batch: Batch<T>, error: unknown): void
}

/** Delivers a batch; one that is refused is halved and tried again, down to a single item. */
export async function halveRefused<T>(batch: Batch<T>, halving: Halving<T>): Promise<void> {
  try {
    await halving.deliver(batch)
  } catch (error) {
    if (batch.items.length === 1 || !halving.mayPassInHalves(error)) return halving.fail(batch, error)
    for (const half of halves(batch)) await halveRefused(half, halving)
  }
}

function halves<T>({ start, items }: Batch<T>): Batch<T>[] {
  const middle = Math.ceil(items.length / 2)
  return [
    { start, items: items.slice(0, middle) },
    { start: start + middle, items: items.slice(middle) },
  ]
}
