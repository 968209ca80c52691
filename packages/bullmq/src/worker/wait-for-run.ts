import { setTimeout as delay } from 'node:timers/promises'
import { orAborted } from '../redis/or-aborted.js'
import type { Ledger } from '../run/ledger.js'
import type { RunSpec } from '../run/run-spec.js'

/** Milliseconds between checks whether the run has begun. */
const POLL = 1_000

/** Waits for a run to begin, and returns its spec; undefined if the signal aborts first. */
export async function waitForRun(
  ledger: Pick<Ledger, 'spec'>,
  signal: AbortSignal | undefined,
): Promise<RunSpec | undefined> {
  try {
    for (;;) {
      const spec = await orAborted(ledger.spec(), signal)
      if (spec) return spec
      await delay(POLL, undefined, signal ? { signal } : {})
    }
  } catch (error) {
    if (signal?.aborted) return undefined
    throw error
  }
}
