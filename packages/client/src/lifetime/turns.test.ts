import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import { afterReactions } from './turns.js'

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

it('a callback comes after all reactions of promises', async () => {
  expect(await orderOf([])).toEqual(['heard', 'afterwards'])
})

it('it comes after them without setImmediate, too', async () => {
  const { setImmediate } = globalThis
  onTestFinished(() => void Object.assign(globalThis, { setImmediate }))
  Reflect.deleteProperty(globalThis, 'setImmediate')
  vi.resetModules()
  const { afterReactions: withoutIt } = await import('./turns.js')
  expect(await orderOf([], withoutIt)).toEqual(['heard', 'afterwards'])
})

it('it comes although timers are faked', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  expect(await orderOf([])).toEqual(['heard', 'afterwards'])
})

/** In which turn of the event loop each piece of work is done that takes so many milliseconds, by a clock of its own. */
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

it('work that fits a turn is done at once', async () => {
  expect(await turnsOf([1, 1, 1])).toEqual([0, 0, 0])
})

it('what would make a turn long waits for the next ones, in order', async () => {
  expect(await turnsOf([2, 2, 1, 1, 1, 20, 1, 1])).toEqual([0, 0, 1, 1, 1, 2, 3, 3])
})
