import { expect, it, onTestFinished, vi } from 'vitest'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { resolveSettings } from '../settings.js'
import { openConnections } from './connections.js'
import type { Receiver } from './exchange.js'

// What `imports` in package.json replaces undici with in a runtime without Node's sockets.
vi.mock('#undici', () => import('./no-undici.js'))

it('if undici cannot be loaded, requests go through the runtime’s own fetch', async () => {
  const fetch = vi.fn(async () => new Response('{}', { status: 201 }))
  vi.stubGlobal('fetch', fetch)
  onTestFinished(() => void vi.unstubAllGlobals())
  const { carrier } = openConnections(resolveSettings({ apiKey: 'key' }))
  const send = await carrier()
  const status = await new Promise<number>((resolve, reject) => {
    const receiver: Receiver = { onHead: resolve, onData() {}, onEnd() {}, onFailure: reject }
    send({ method: 'GET', origin: 'https://api.pinecone.io', path: '/models', headers: {} }, receiver)
  })
  expect(status).toBe(201)
  expect(fetch).toHaveBeenCalledExactlyOnceWith(
    'https://api.pinecone.io/models',
    expect.objectContaining({ method: 'GET' }),
  )
})

it('without a fetch either, the error says what is missing, and why', async () => {
  vi.stubGlobal('fetch', undefined)
  onTestFinished(() => void vi.unstubAllGlobals())
  const connections = openConnections(resolveSettings({ apiKey: 'key' }))
  const refusal = await Promise.resolve(connections.carrier()).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(PineconeConfigurationError)
  expect(refusal).toMatchObject({ argument: 'fetch', cause: expect.any(Error) })
})

it('if undici cannot be loaded, there is nothing to close', async () => {
  await expect(openConnections(resolveSettings({ apiKey: 'key' })).close()).resolves.toBeUndefined()
})
