import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'

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
