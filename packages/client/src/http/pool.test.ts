import { expect, it, vi } from 'vitest'
import { resolveSettings } from '../settings.js'
import { openConnections } from './connections.js'

const { Pool } = vi.hoisted(() => ({
  Pool: vi.fn(
    class {
      close = async () => {}
    },
  ),
}))
vi.mock('#undici', () => ({ default: Pool }))

it('connecting may take as long as an attempt, not just undici’s ten seconds', async () => {
  const connections = openConnections(resolveSettings({ apiKey: 'key', timeout: 25_000, maxConcurrency: 3 }))
  await connections.carrier()
  expect(Pool).toHaveBeenCalledWith('https://api.pinecone.io', {
    connections: 4,
    connect: { timeout: 25_000 },
  })
  await connections.close()
})
