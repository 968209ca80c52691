import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, it, onTestFinished, vi } from 'vitest'
import { channelOf, tell } from './events.js'

it('is Node’s diagnostics channel of that name', () => {
  const heard = vi.fn()
  subscribe('a name', heard)
  onTestFinished(() => void unsubscribe('a name', heard))
  channelOf('a name').publish('event')
  expect(heard).toHaveBeenCalledExactlyOnceWith('event', 'a name')
})

it('is a local channel without Node', () => {
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

it('is a local channel if the platform throws for Node’s, as Next.js does in its edge runtime', () => {
  vi.stubGlobal('process', {
    get getBuiltinModule() {
      throw new Error('A Node.js API is used (process.getBuiltinModule) which is not supported')
    },
  })
  const channel = channelOf('pinecone-inference:test')
  vi.unstubAllGlobals()
  const listener = vi.fn()
  channel.subscribe(listener)
  expect(channel.hasSubscribers).toBe(true)
  channel.publish({ attempt: 1 })
  expect(listener).toHaveBeenCalledExactlyOnceWith({ attempt: 1 }, 'pinecone-inference:test')
})

const throwing = (error: unknown) => () => {
  throw error
}

it.each([
  ['throws', throwing(404)],
  ['rejects', () => Promise.reject(404)],
])('a listener that %s becomes a warning', async (_, listener) => {
  const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  onTestFinished(() => warning.mockRestore())
  tell(listener)
  await vi.waitFor(() => expect(warning).toHaveBeenCalledExactlyOnceWith('404'))
})

it('without Node, a listener that throws becomes a warning on the console', async () => {
  const warning = vi.spyOn(console, 'warn').mockImplementation(() => {})
  onTestFinished(() => warning.mockRestore())
  const broken = new Error('meter broken')
  vi.stubGlobal('process', undefined)
  onTestFinished(() => void vi.unstubAllGlobals())
  tell(throwing(broken))
  await Promise.resolve()
  expect(warning).toHaveBeenCalledExactlyOnceWith(broken)
})
