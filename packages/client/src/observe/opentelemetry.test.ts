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

/** An API that was used before in this process leaves its place behind, empty. */
function registerNothing(): void {
  const before = Reflect.get(globalThis, registered)
  Reflect.deleteProperty(globalThis, registered)
  onTestFinished(() => {
    if (before) Object.assign(globalThis, { [registered]: before })
  })
}

it('where the application has registered nothing, OpenTelemetry is not even loaded', () => {
  registerNothing()
  expect(openTelemetry()).toBeUndefined()
  expect(load).not.toHaveBeenCalled()
})

it('where OpenTelemetry cannot be loaded there is nobody to tell, and nothing fails', async () => {
  register()
  await expect(openTelemetry()).resolves.toBeUndefined()
})

it('an old one that knows no metrics is as good as none', async () => {
  register()
  vi.resetModules()
  vi.doMock('@opentelemetry/api', () => ({ trace: { getTracer: () => ({}) }, metrics: {} }))
  const { openTelemetry } = await import('./opentelemetry.js')
  await expect(openTelemetry()).resolves.toBeUndefined()
})
