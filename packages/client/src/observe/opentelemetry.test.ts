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

it('of several copies of this package, only the first that finds one listens', async () => {
  await enableOpenTelemetry()
  const startSpan = vi.fn()
  vi.doMock('@opentelemetry/api', () => ({
    ...withoutMetrics,
    trace: { getTracer: () => ({ startSpan }) },
    metrics: { getMeterProvider: () => ({ getMeter: () => ({ createHistogram: () => ({}) }) }) },
  }))
  for (let copies = 0; copies < 2; copies++) {
    vi.resetModules()
    const copy = await import('./opentelemetry.js')
    await copy.enableOpenTelemetry()
  }
  channels.start.publish({ request: { method: 'POST', path: '/embed', host: 'localhost', attempt: 1 } })
  expect(startSpan).toHaveBeenCalledOnce()
})
