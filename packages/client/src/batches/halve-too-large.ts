import { isTooLarge } from '../delivery/too-large.js'
import type { Batch } from './plan-batches.js'

/**
 * Delivers a batch; one that is refused as too large is halved and tried again, down to a single item. What
 * finally cannot be delivered goes to `fail`, which throws or takes note.
 */
export async function halveTooLarge<T>(
  batch: Batch<T>,
  deliver: (batch: Batch<T>) => Promise<void>,
  fail: (batch: Batch<T>, error: unknown) => void,
): Promise<void> {
  try {
    await deliver(batch)
  } catch (error) {
    if (batch.items.length === 1 || !isTooLarge(error)) return fail(batch, error)
    for (const half of halves(batch)) await halveTooLarge(half, deliver, fail)
  }
}

function halves<T>({ start, items }: Batch<T>): Batch<T>[] {
  const middle = Math.ceil(items.length / 2)
  return [
    { start, items: items.slice(0, middle) },
    { start: start + middle, items: items.slice(middle) },
  ]
}
