import { expect, it, onTestFinished, vi } from 'vitest'
import { afterReactions } from './after-reactions.js'

/** Ten reactions deep, as an error that goes up through the functions that await it. */
async function heard(events: string[]): Promise<void> {
  for (let depth = 0; depth < 10; depth++) await Promise.resolve()
  events.push('heard')
}

const orderOf = (events: string[], after = afterReactions) =>
  new Promise<string[]>((resolve) => {
    after(() => resolve([...events, 'afterwards']))
    void heard(events)
  })

it('comes after all reactions of promises', async () => {
  expect(await orderOf([])).toEqual(['heard', 'afterwards'])
})

it('comes after them without setImmediate, too', async () => {
  const { setImmediate } = globalThis
  onTestFinished(() => void Object.assign(globalThis, { setImmediate }))
  Reflect.deleteProperty(globalThis, 'setImmediate')
  vi.resetModules()
  const { afterReactions: withoutIt } = await import('./after-reactions.js')
  expect(await orderOf([], withoutIt)).toEqual(['heard', 'afterwards'])
})

it('comes although timers are faked', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  expect(await orderOf([])).toEqual(['heard', 'afterwards'])
})
