import { expect, it, onTestFinished, vi } from 'vitest'
import { openTelemetry } from './opentelemetry.js'

const { load } = vi.hoisted(() => ({
  load: vi.fn((): object => {
    throw new Error('Cannot find package')
  }),
}))
vi.mock('@opentelemetry/api', load)

const registered = Symbol.for('opentelemetry.js.api.1')

function register(): void {
  Object.assign(globalThis, { [registered]: {} })
  onTestFinished(() => void Reflect.deleteProperty(globalThis, registered))
}

/** An API that was used earlier in this process leaves its place behind, empty. */
function registerNothing(): void {
  const before = Reflect.get(globalThis, registered)
  Reflect.deleteProperty(globalThis, registered)
  onTestFinished(() => {
    if (before) Object.assign(globalThis, { [registered]: before })
  })
}

it('OpenTelemetry is not loaded if the application has registered nothing', () => {
  registerNothing()
  expect(openTelemetry()).toBeUndefined()
  expect(load).not.toHaveBeenCalled()
})

it('nothing fails if OpenTelemetry cannot be loaded', async () => {
  register()
  await expect(openTelemetry()).resolves.toBeUndefined()
})

it('a version too old for metrics is ignored', async () => {
  register()
  vi.resetModules()
  vi.doMock('@opentelemetry/api', () => ({ trace: { getTracer: () => ({}) }, metrics: {} }))
  const { openTelemetry } = await import('./opentelemetry.js')
  await expect(openTelemetry()).resolves.toBeUndefined()
})
