import { expect, it, onTestFinished, vi } from 'vitest'
import { resolveSettings } from '../settings.js'
import { requestHeaders } from './request-headers.js'

it('the user agent names the runtime: Node and its version, or that there is none', () => {
  const settings = resolveSettings({ apiKey: 'key' })
  const agent = () => requestHeaders(settings)['User-Agent']
  expect(agent()).toMatch(/; node v\d+\.\d+\.\d+$/)
  onTestFinished(() => void vi.unstubAllGlobals())
  vi.stubGlobal('process', undefined)
  expect(agent()).toMatch(/; Edge Runtime$/)
})
