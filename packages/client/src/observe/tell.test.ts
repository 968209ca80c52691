import { expect, it, onTestFinished, vi } from 'vitest'
import { tell } from './tell.js'

const throwing = (error: unknown) => () => {
  throw error
}

it.each([
  ['throws', throwing(404)],
  ['rejects', () => Promise.reject(404)],
])('a listener that %s becomes a warning', async (_, listener) => {
  const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  onTestFinished(() => warning.mockRestore())
  tell(listener)
  await vi.waitFor(() => expect(warning).toHaveBeenCalledExactlyOnceWith('404'))
})

it('a listener that throws is warned of on the console where there is no Node', async () => {
  const warning = vi.spyOn(console, 'warn').mockImplementation(() => {})
  onTestFinished(() => warning.mockRestore())
  const broken = new Error('meter broken')
  vi.stubGlobal('process', undefined)
  onTestFinished(() => void vi.unstubAllGlobals())
  tell(throwing(broken))
  await Promise.resolve()
  expect(warning).toHaveBeenCalledExactlyOnceWith(broken)
})
