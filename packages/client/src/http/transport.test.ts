import { expect, it, onTestFinished, vi } from 'vitest'
import { resolveSettings } from '../settings.js'
import { requestHeaders, Transport } from './transport.js'

it('does not wait for the next request without setImmediate', async () => {
  const transport = new Transport(resolveSettings({ apiKey: 'key', fetch }))
  const { setImmediate } = globalThis
  onTestFinished(() => void Object.assign(globalThis, { setImmediate }))
  Reflect.deleteProperty(globalThis, 'setImmediate')
  await expect(transport.nextOnTheWire()).resolves.toBeUndefined()
})

it('the user agent names the runtime: Node and its version, or an edge runtime', () => {
  const settings = resolveSettings({ apiKey: 'key' })
  const agent = () => requestHeaders(settings)['User-Agent']
  expect(agent()).toMatch(/; node v\d+\.\d+\.\d+$/)
  onTestFinished(() => void vi.unstubAllGlobals())
  vi.stubGlobal('process', undefined)
  expect(agent()).toMatch(/; Edge Runtime$/)
})
