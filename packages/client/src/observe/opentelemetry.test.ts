import { expect, it, vi } from 'vitest'
import { channels } from './events.js'
import { enableOpenTelemetry } from './opentelemetry.js'

vi.mock('@opentelemetry/api', () => {
  throw new Error('Cannot find package')
})

it('an old one that knows no metrics does not end the process', async () => {
  vi.resetModules()
  vi.doMock('@opentelemetry/api', () => ({ trace: { getTracer: () => ({}) }, metrics: {} }))
  const { enableOpenTelemetry } = await import('./opentelemetry.js')
  await expect(enableOpenTelemetry()).resolves.toBeUndefined()
})

it('where OpenTelemetry is not installed nobody listens, and nothing fails', async () => {
  await expect(enableOpenTelemetry()).resolves.toBeUndefined()
  expect(channels.start.hasSubscribers).toBe(false)
})
