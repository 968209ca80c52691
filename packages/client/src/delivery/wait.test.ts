import { expect, it, onTestFinished, vi } from 'vitest'
import { Call } from './call.js'
import { wait } from './wait.js'

it('a call that is stopped waits no longer, and leaves no timer', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const call = new Call({ timeout: 1 })
  const waiting = wait(60_000, call)
  expect(vi.getTimerCount()).toBe(1)
  call.stop('enough')
  await expect(waiting).rejects.toBe('enough')
  expect(vi.getTimerCount()).toBe(0)
})
