import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, it, onTestFinished, vi } from 'vitest'
import { channelOf } from './channel.js'

it('is Node’s diagnostics channel of that name', () => {
  const heard = vi.fn()
  subscribe('a name', heard)
  onTestFinished(() => void unsubscribe('a name', heard))
  channelOf('a name').publish('event')
  expect(heard).toHaveBeenCalledExactlyOnceWith('event', 'a name')
})

it('is one of its own where there is no Node', () => {
  vi.stubGlobal('process', undefined)
  const channel = channelOf('a name')
  vi.unstubAllGlobals()
  const heard = vi.fn()
  subscribe('a name', heard)
  onTestFinished(() => void unsubscribe('a name', heard))
  expect(channel.hasSubscribers).toBe(false)

  const [one, other] = [vi.fn(), vi.fn()]
  channel.subscribe(one)
  channel.subscribe(other)
  expect(channel.hasSubscribers).toBe(true)
  channel.publish('event')
  expect(one).toHaveBeenCalledExactlyOnceWith('event', 'a name')
  expect(other).toHaveBeenCalledExactlyOnceWith('event', 'a name')
  expect(heard).not.toHaveBeenCalled()
})
