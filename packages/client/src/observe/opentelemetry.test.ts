import { expect, it, vi } from 'vitest'
import { channels } from './events.js'
import { enableOpenTelemetry } from './opentelemetry.js'

vi.mock('@opentelemetry/api', () => {
  throw new Error('Cannot find package')
})

const withoutMetrics = { trace: { getTracer: () => ({}) }, SpanKind: {}, SpanStatusCode: {} }

it('an old one that knows no metrics does not end the process', async () => {
  vi.resetModules()
  vi.doMock('@opentelemetry/api', () => ({ ...withoutMetrics, metrics: {} }))
  const { enableOpenTelemetry } = await import('./opentelemetry.js')
  await expect(enableOpenTelemetry()).resolves.toBeUndefined()
})

it('where OpenTelemetry is not installed nobody listens, and nothing fails', async () => {
  await expect(enableOpenTelemetry()).resolves.toBeUndefined()
  expect(channels.start.hasSubscribers).toBe(false)
})

it('a copy of this package that finds none takes nothing from one that does', async () => {
  await enableOpenTelemetry()
  vi.resetModules()
  vi.doMock('@opentelemetry/api', () => ({
    ...withoutMetrics,
    metrics: { getMeterProvider: () => ({ getMeter: () => ({ createHistogram: () => ({}) }) }) },
  }))
  const copy = await import('./opentelemetry.js')
  await copy.enableOpenTelemetry()
  expect(channels.start.hasSubscribers).toBe(true)
})
