import type { Call } from '../delivery/call.js'
import type { Batch } from './plan-batches.js'

/**
 * Runs `work` on every batch, at most `ahead` unfinished at a time; the next one starts as soon as any is done.
 *
 * On a failure nothing more is started, what is on the wire finishes, and the first error is thrown.
 */
export async function runBatches<T>(
  batches: Iterable<Batch<T>>,
  ahead: number,
  call: Call,
  work: (batch: Batch<T>) => Promise<void>,
): Promise<void> {
  const queue = batches[Symbol.iterator]()
  let ended = false
  let failed: { error: unknown } | undefined

  const runner = async () => {
    while (!failed) {
      const next = queue.next()
      if (next.done) {
        ended = true
        return
      }
      try {
        await work(next.value)
      } catch (error) {
        failed ??= { error }
        call.stop(error)
      }
    }
  }
  const runners: Promise<void>[] = []
  for (let left = ahead; left > 0 && !ended; left--) runners.push(runner())
  await Promise.all(runners)
  if (failed) throw (failed as { error: unknown }).error
}
