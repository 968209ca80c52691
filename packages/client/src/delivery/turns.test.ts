import { expect, it, onTestFinished, vi } from 'vitest'
import { ModelBudget } from '../budget/model-budget.js'
import { TokenBucket } from '../budget/token-bucket.js'
import { Call, type Lane } from './call.js'
import { Turns } from './turns.js'
import type { Place } from './waiting-line.js'

const unlimited = () => new ModelBudget({}, performance.now())

function oneSlot() {
  const turns = new Turns(1)
  const entered: string[] = []
  const enter = (name: string, place: Place, budget: ModelBudget, call = new Call({ timeout: 1 })) =>
    turns.take({ call, budget, amount: 1, place }).then(
      () => entered.push(name),
      (reason) => entered.push(`${name}: ${reason}`),
    )
  const releaseAll = async () => {
    for (let before = -1; before < entered.length; ) {
      before = entered.length
      turns.release()
      await Promise.resolve()
      await Promise.resolve()
    }
  }
  return { turns, entered, enter, releaseAll }
}

it('serves single requests before batches, each in the order they came', async () => {
  const { entered, enter, releaseAll } = oneSlot()
  const budget = unlimited()
  for (const name of ['now', 'b1', 'b2']) void enter(name, 'bulk', budget)
  for (const name of ['s1', 's2']) void enter(name, 'single', budget)
  await releaseAll()
  expect(entered).toEqual(['now', 's1', 's2', 'b1', 'b2'])
})

it('lets a batch through after four single requests in a row, so that a busy site starves no job', async () => {
  const { entered, enter, releaseAll } = oneSlot()
  const [a, b] = [unlimited(), unlimited()]
  void enter('now', 'bulk', a)
  for (const name of ['b1', 'b2']) void enter(name, 'bulk', a)
  for (let i = 1; i <= 9; i++) void enter(`s${i}`, 'single', i % 2 ? a : b)
  await releaseAll()
  expect(entered).toEqual(['now', 's1', 's2', 's3', 's4', 'b1', 's5', 's6', 's7', 's8', 'b2', 's9'])
})

it('serves first who failed before, but no batch before a single request', async () => {
  const { entered, enter, releaseAll } = oneSlot()
  const budget = unlimited()
  void enter('now', 'bulk', budget)
  void enter('batch', 'bulk', budget)
  void enter('batch again', 'bulk again', budget)
  void enter('single', 'single', budget)
  void enter('single again', 'single again', budget)
  await releaseAll()
  expect(entered).toEqual(['now', 'single again', 'single', 'batch again', 'batch'])
})

it('lets a batch through after four single requests, however often they failed', async () => {
  const { entered, enter, releaseAll } = oneSlot()
  const budget = unlimited()
  void enter('now', 'bulk', budget)
  void enter('batch', 'bulk', budget)
  for (let i = 1; i <= 5; i++) void enter(`s${i}`, i % 2 ? 'single again' : 'single', budget)
  await releaseAll()
  expect(entered).toEqual(['now', 's1', 's3', 's5', 's2', 'batch', 's4'])
})

it('keeps no slot for a model that has to wait', async () => {
  const { turns, entered, enter } = oneSlot()
  const spent = new TokenBucket({ capacity: 1, perMinute: 1, now: performance.now() })
  spent.take(1, performance.now())
  const limited = new ModelBudget({ tokens: spent }, performance.now())
  const call = new Call({ timeout: 1 })
  const waiting = enter('limited', 'single', limited, call)
  await enter('other model', 'bulk' satisfies Lane, unlimited())
  expect(entered).toEqual(['other model'])
  call.stop('enough')
  await waiting
  expect(entered).toEqual(['other model', 'limited: enough'])
  turns.release()
})

it('looks at a debt of days once a minute, and lets the request go when it is paid', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const { entered, enter } = oneSlot()
  const minutes = 30 * 24 * 60
  const tokens = new TokenBucket({ capacity: 1, perMinute: 1, now: performance.now() })
  tokens.take(minutes, performance.now())
  const budget = new ModelBudget({ tokens }, performance.now())
  const looked = vi.spyOn(budget, 'waitFor')
  void enter('indebted', 'single', budget)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(looked).toHaveBeenCalledTimes(2)
  await vi.advanceTimersByTimeAsync((minutes - 2) * 60_000)
  expect(entered).toEqual([])
  await vi.advanceTimersByTimeAsync(2 * 60_000)
  expect(entered).toEqual(['indebted'])
})
