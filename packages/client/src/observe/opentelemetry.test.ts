import { expect, it, vi } from 'vitest'
import { loadOpenTelemetry } from './opentelemetry.js'

vi.mock('@opentelemetry/api', () => {
  throw new Error('Cannot find package')
})

it('where OpenTelemetry is not installed there is nobody to tell, and nothing fails', async () => {
  await expect(loadOpenTelemetry()).resolves.toBeUndefined()
})

it('an old one that knows no metrics is as good as none', async () => {
  vi.resetModules()
  vi.doMock('@opentelemetry/api', () => ({ trace: { getTracer: () => ({}) }, metrics: {} }))
  const { loadOpenTelemetry } = await import('./opentelemetry.js')
  await expect(loadOpenTelemetry()).resolves.toBeUndefined()
})
