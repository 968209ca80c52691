import { getEventListeners } from 'node:events'
import { expect, it, onTestFinished, vi } from 'vitest'
import { Call, wait } from './call.js'

it('any number of calls add one listener to a signal, and none is left once they have ended', () => {
  const { signal } = new AbortController()
  const calls = Array.from({ length: 100 }, () => new Call({ signal, timeout: 1 }))
  for (const call of calls) call.stopScope.onEnd(() => {})
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  for (const call of calls) call.end()
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

it('a stop ends what waits, and only an abort ends what is on the wire', () => {
  const abort = new AbortController()
  const call = new Call({ signal: abort.signal, timeout: 1 })
  const waiting = vi.fn()
  const onWire = vi.fn()
  call.stopScope.onEnd(waiting)
  call.abortScope.onEnd(onWire)
  call.stop('failed')
  expect(waiting).toHaveBeenCalledExactlyOnceWith('failed')
  expect(onWire).not.toHaveBeenCalled()
  abort.abort('enough')
  expect(onWire).toHaveBeenCalledExactlyOnceWith('enough')
  expect(() => call.stopScope.throwIfEnded()).toThrow('failed')
  expect(() => call.stopScope.onEnd(waiting)).toThrow('failed')
})

it('a stopped call stops waiting and leaves no timer', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const call = new Call({ timeout: 1 })
  const waiting = wait(60_000, call)
  expect(vi.getTimerCount()).toBe(1)
  call.stop('enough')
  await expect(waiting).rejects.toBe('enough')
  expect(vi.getTimerCount()).toBe(0)
})
