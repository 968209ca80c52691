import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes of garbage that may pile up in a thread. */
const ALLOWANCE = 12 * 1024 * 1024
/** Milliseconds between two checks. */
const INTERVAL = 20

let collect: (() => void) | undefined
let lookedAt = 0
let kept = Number.POSITIVE_INFINITY

/**
 * Collects this thread's garbage once enough has piled up. V8 itself waits for 64 MB of buffers in each thread
 * (`kExternalAllocationSoftLimit` in its v8-internal.h), and lets the heap grow to twice what it needs.
 */
export function collectGarbage(): void {
  const now = performance.now()
  if (now - lookedAt < INTERVAL) return
  lookedAt = now
  // Buffers are freed by another thread, some time after a collection.
  kept = Math.min(kept, held())
  if (held() - kept < ALLOWANCE) return
  collect ??= exposed()
  collect()
  kept = held()
}

function held(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function exposed(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
