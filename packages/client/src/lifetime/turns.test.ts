import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import { afterReactions } from './turns.js'

/** Ten reactions deep, like an error that passes through the functions awaiting it. */
async function heard(events: string[]): Promise<void> {
  for (let depth = 0; depth < 10; depth++) await Promise.resolve()
  events.push('heard')
}

const orderOf = (events: string[], after = afterReactions) =>
  new Promise<string[]>((resolve) => {
    after(() => resolve([...events, 'afterwards']))
    void heard(events)
  })

it('a callback runs after all promise reactions', async () => {
  expect(await orderOf([])).toEqual(['heard', 'afterwards'])
})

it('it runs after them without setImmediate, too', async () => {
  const { setImmediate } = globalThis
  onTestFinished(() => void Object.assign(globalThis, { setImmediate }))
  Reflect.deleteProperty(globalThis, 'setImmediate')
  vi.resetModules()
  const { afterReactions: withoutIt } = await import('./turns.js')
  expect(await orderOf([], withoutIt)).toEqual(['heard', 'afterwards'])
})

it('it runs even if timers are faked', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  expect(await orderOf([])).toEqual(['heard', 'afterwards'])
})

/**
 * The turn of the event loop in which each piece of work is done; each takes this many milliseconds on a fake clock.
 */
async function turnsOf(milliseconds: readonly number[]): Promise<number[]> {
  vi.resetModules()
  const { inTurn } = await import('./turns.js')
  let now = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
  onTestFinished(() => clock.mockRestore())
  const doneIn: number[] = []
  let turn = 0
  const counting = (async () => {
    for (; doneIn.length < milliseconds.length; turn++) await nextTurn()
  })()
  for (const time of milliseconds) {
    inTurn(() => {
      now += time
      doneIn.push(turn)
    })
  }
  await counting
  return doneIn
}

it('work that fits into a turn is done at once', async () => {
  expect(await turnsOf([1, 1, 1])).toEqual([0, 0, 0])
})

it('work that would make a turn too long waits for the next ones, in order', async () => {
  expect(await turnsOf([2, 2, 1, 1, 1, 20, 1, 1])).toEqual([0, 0, 1, 1, 1, 2, 3, 3])
})
