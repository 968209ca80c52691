import { expect, it, vi } from 'vitest'
import { Call } from '../delivery/call.js'
import { runBatches } from './run-batches.js'

it('asks no further than the end of the batches, however many may be ahead', async () => {
  const next = vi.fn(() => ({ done: true, value: undefined }) as const)
  const work = vi.fn(async () => {})
  await runBatches({ [Symbol.iterator]: () => ({ next }) }, 1e9, new Call({ timeout: 1 }), work)
  expect(next).toHaveBeenCalledOnce()
  expect(work).not.toHaveBeenCalled()
})
