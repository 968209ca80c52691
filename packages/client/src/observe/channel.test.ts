import { expect, it, vi } from 'vitest'
import { channelOf } from './channel.js'

it('is one of this module alone where the platform throws for Node’s, as Next.js does in its edge runtime', () => {
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
