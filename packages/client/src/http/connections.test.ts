import { expect, it, vi } from 'vitest'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { resolveSettings } from '../settings.js'
import { openConnections } from './connections.js'

// What `imports` in package.json makes of undici where a runtime has no sockets of Node's.
vi.mock('#undici', () => import('./no-undici.js'))

it('where undici cannot be loaded a request says that fetch is needed, and why', async () => {
  const connections = openConnections(resolveSettings({ apiKey: 'key' }))
  const refusal = await Promise.resolve(connections.carrier()).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(PineconeConfigurationError)
  expect(refusal).toMatchObject({ argument: 'fetch', cause: expect.any(Error) })
})

it('where undici cannot be loaded there is nothing to close', async () => {
  await expect(openConnections(resolveSettings({ apiKey: 'key' })).close()).resolves.toBeUndefined()
})
