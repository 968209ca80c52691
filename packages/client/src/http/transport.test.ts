import { expect, it, onTestFinished } from 'vitest'
import { resolveSettings } from '../settings.js'
import { Transport } from './transport.js'

it('where there is no setImmediate the next request is not waited for', async () => {
  const transport = new Transport(resolveSettings({ apiKey: 'key', fetch }))
  const { setImmediate } = globalThis
  onTestFinished(() => void Object.assign(globalThis, { setImmediate }))
  Reflect.deleteProperty(globalThis, 'setImmediate')
  await expect(transport.nextOnTheWire()).resolves.toBeUndefined()
})
