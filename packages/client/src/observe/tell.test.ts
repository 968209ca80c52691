import { expect, it, onTestFinished, vi } from 'vitest'
import { tell } from './tell.js'

function failing(error: unknown) {
  tell(() => {
    throw error
  })
}

it('a listener that throws what is no error becomes a warning too', () => {
  const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  onTestFinished(() => warning.mockRestore())
  failing(404)
  expect(warning).toHaveBeenCalledExactlyOnceWith('404')
})

it('a listener that throws is warned of on the console where there is no Node', () => {
  const warning = vi.spyOn(console, 'warn').mockImplementation(() => {})
  onTestFinished(() => warning.mockRestore())
  const broken = new Error('meter broken')
  vi.stubGlobal('process', undefined)
  failing(broken)
  vi.unstubAllGlobals()
  expect(warning).toHaveBeenCalledExactlyOnceWith(broken)
})
