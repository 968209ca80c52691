import { expect, it, vi } from 'vitest'
import { Call } from './call.js'

it('holds one listener on the caller’s signal however many wait, and none once it is over', () => {
  const { signal } = new AbortController()
  const add = vi.spyOn(signal, 'addEventListener')
  const remove = vi.spyOn(signal, 'removeEventListener')
  const call = new Call({ signal, timeout: 1 })
  for (let i = 0; i < 100; i++) call.onStop(() => {})
  expect(add).toHaveBeenCalledTimes(1)
  call.end()
  expect(remove.mock.calls[0]?.slice(0, 2)).toEqual(add.mock.calls[0]?.slice(0, 2))
})

it('tells those that wait of a stop, and those on the wire only of an abort', () => {
  const abort = new AbortController()
  const call = new Call({ signal: abort.signal, timeout: 1 })
  const waiting = vi.fn()
  const onWire = vi.fn()
  call.onStop(waiting)
  call.onAbort(onWire)
  call.stop('failed')
  expect(waiting).toHaveBeenCalledExactlyOnceWith('failed')
  expect(onWire).not.toHaveBeenCalled()
  abort.abort('enough')
  expect(onWire).toHaveBeenCalledExactlyOnceWith('enough')
  expect(() => call.throwIfStopped()).toThrow('failed')
  expect(() => call.onStop(waiting)).toThrow('failed')
})
