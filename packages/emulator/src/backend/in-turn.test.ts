import { expect, it } from 'vitest'
import { InTurn } from './in-turn.js'

/** Work that ends when it is told to. */
function piece(name: string, log: string[]) {
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const work = async () => {
    log.push(`${name} begins`)
    await ended
    log.push(`${name} ends`)
    return name
  }
  return { work, end }
}

it('runs one piece of work at a time, in order of arrival', async () => {
  const log: string[] = []
  const inTurn = new InTurn()
  const [a, b] = [piece('a', log), piece('b', log)]
  const both = Promise.all([inTurn.run(a.work), inTurn.run(b.work)])
  b.end()
  a.end()
  expect(await both).toEqual(['a', 'b'])
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
})

it('does not run work that was aborted while it waited, and continues after a failure', async () => {
  const log: string[] = []
  const inTurn = new InTurn()
  const first = piece('first', log)
  const failing = inTurn.run(() => first.work().then(() => Promise.reject(new Error('no'))))
  const stop = new AbortController()
  const dropped = inTurn.run(piece('dropped', log).work, stop.signal)
  const last = inTurn.run(async () => 'last')
  stop.abort(new Error('gone'))
  first.end()
  await expect(failing).rejects.toThrow('no')
  await expect(dropped).rejects.toThrow('gone')
  expect(await last).toBe('last')
  expect(log).toEqual(['first begins', 'first ends'])
})
