import { expect, it, onTestFinished, vi } from 'vitest'
import type { BudgetEntry, BudgetWait, SharedBudget } from '../budget/budget.js'
import { LocalBudget } from '../budget/local-budget.js'
import { Call, type Lane } from '../lifetime/call.js'
import { Queue } from './queue.js'
import type { Slot } from './slot.js'

const entry = (told: string[] = []): BudgetEntry => ({
  accepted: () => {},
  refused: () => {},
  failed: () => void told.push('failed'),
  withdrawn: () => void told.push('withdrawn'),
})

/** A queue with one slot, which `release` frees, and the names of those it let in. */
function oneSlot(budget: SharedBudget = { enter: () => entry() }) {
  const queue = new Queue(budget, 1)
  const entered: string[] = []
  let slot: Slot | undefined
  const release = () => {
    const taken = slot
    slot = undefined
    taken?.release()
  }
  const enter = (
    name: string,
    place: Lane | `${Lane} again`,
    model = 'a',
    more: { call?: Call; readyAt?: number } = {},
  ) => {
    const { call = new Call({ timeout: 1 }), readyAt } = more
    call.lane = place.startsWith('bulk') ? 'bulk' : 'single'
    const isRetry = place.endsWith('again')
    return queue
      .take({ call, request: { model }, isRetry, ...(readyAt === undefined ? {} : { readyAt }) })
      .then(
        (taken) => {
          slot = taken
          entered.push(name)
        },
        (reason) => entered.push(`${name}: ${reason}`),
      )
  }
  const releaseAll = async () => {
    for (let before = -1; before < entered.length; ) {
      before = entered.length
      release()
      for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    }
  }
  return { entered, enter, release, releaseAll }
}

it('serves single requests before batches, each in the order they came', async () => {
  const { entered, enter, releaseAll } = oneSlot()
  for (const name of ['now', 'b1', 'b2']) void enter(name, 'bulk')
  for (const name of ['s1', 's2']) void enter(name, 'single')
  await releaseAll()
  expect(entered).toEqual(['now', 's1', 's2', 'b1', 'b2'])
})

it('lets a batch through after four single requests in a row, so that a busy site does not starve a job', async () => {
  const { entered, enter, releaseAll } = oneSlot()
  void enter('now', 'bulk')
  for (const name of ['b1', 'b2']) void enter(name, 'bulk')
  for (let i = 1; i <= 9; i++) void enter(`s${i}`, 'single', i % 2 ? 'a' : 'b')
  await releaseAll()
  expect(entered).toEqual(['now', 's1', 's2', 's3', 's4', 'b1', 's5', 's6', 's7', 's8', 'b2', 's9'])
})

it('serves retries first, but no batch before a single request', async () => {
  const { entered, enter, releaseAll } = oneSlot()
  void enter('now', 'bulk')
  void enter('batch', 'bulk')
  void enter('batch again', 'bulk again')
  void enter('single', 'single')
  void enter('single again', 'single again')
  await releaseAll()
  expect(entered).toEqual(['now', 'single again', 'single', 'batch again', 'batch'])
})

/** A budget that lets in no request of the model `spent`, and records who asks. */
function spentBudget() {
  const asking: string[] = []
  const budget: SharedBudget = {
    enter({ model, tokens }, signal) {
      if (model !== 'spent') return entry()
      asking.push(`${tokens}`)
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
  }
  return { budget, asking }
}

it('holds no slot for a model that has to wait', async () => {
  const { budget } = spentBudget()
  const { entered, enter, release } = oneSlot(budget)
  const call = new Call({ timeout: 1 })
  const waiting = enter('limited', 'single', 'spent', { call })
  await enter('other model', 'bulk')
  expect(entered).toEqual(['other model'])
  call.stop('enough')
  await waiting
  expect(entered).toEqual(['other model', 'limited: enough'])
  release()
})

it('lets a single request ask the budget before a batch that is already asking', async () => {
  const { budget, asking } = spentBudget()
  const queue = new Queue(budget, 1)
  const [bulk, single] = [new Call({ timeout: 1 }), new Call({ timeout: 1 })]
  bulk.lane = 'bulk'
  const outcomes = [bulk, single].map((call, i) =>
    queue.take({ call, request: { model: 'spent', tokens: i }, isRetry: false }).catch((reason) => reason),
  )
  expect(asking).toEqual(['0', '1'])
  single.stop('answered')
  expect(await outcomes[1]).toBe('answered')
  expect(asking).toEqual(['0', '1', '0'])
  bulk.stop('enough')
  expect(await outcomes[0]).toBe('enough')
})

it('gives back what the budget lets in after the request has stopped asking', async () => {
  const told: string[] = []
  let letIn = (_: BudgetEntry) => {}
  const { entered, enter } = oneSlot({
    enter: () =>
      new Promise((resolve) => {
        letIn = resolve
      }),
  })
  const call = new Call({ timeout: 1 })
  const waiting = enter('stopped', 'single', 'a', { call })
  call.stop('enough')
  await waiting
  letIn(entry(told))
  await vi.waitUntil(() => told.length > 0)
  expect(told).toEqual(['withdrawn'])
  expect(entered).toEqual(['stopped: enough'])
})

it('keeps a request in line until it may ask again, and lets others pass', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const { entered, enter, release } = oneSlot()
  void enter('later', 'single again', 'a', { readyAt: performance.now() + 5000 })
  await enter('first', 'bulk')
  release()
  await vi.advanceTimersByTimeAsync(4999)
  expect(entered).toEqual(['first'])
  await vi.advanceTimersByTimeAsync(1)
  expect(entered).toEqual(['first', 'later'])
})

it('checks a wait of days once a minute, and lets the request go when it is over', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const budget = new LocalBudget({ tokensPerMinute: 1 })
  const minutes = 30 * 24 * 60
  const never = new AbortController().signal
  await budget.enter({ model: 'a', tokens: minutes }, never)
  let paid = false
  const indebted = Promise.resolve(budget.enter({ model: 'a', tokens: 1 }, never)).then(() => {
    paid = true
  })
  await vi.advanceTimersByTimeAsync((minutes - 1) * 60_000)
  expect(paid).toBe(false)
  await vi.advanceTimersByTimeAsync(60_000)
  await indebted
  expect(vi.getTimerCount()).toBe(0)
})

it('does not abort a request to the budget that has been answered', async () => {
  const signals: AbortSignal[] = []
  const budget: SharedBudget = {
    enter: (_, signal) => {
      signals.push(signal)
      return entry()
    },
  }
  const { enter, release } = oneSlot(budget)
  await enter('now', 'single')
  release()
  expect(signals.map(({ aborted }) => aborted)).toEqual([false])
})

it('sends no more at a time than the service accepts, and says so', async () => {
  const queue = new Queue({ enter: () => entry() }, 8)
  const waits: BudgetWait[] = []
  const take = () =>
    queue.take({
      call: new Call({ timeout: 1 }),
      request: { model: 'a' },
      isRetry: false,
      onWait: (wait) => void waits.push(wait),
    })
  for (const sent of [2, 2, 5]) {
    const slots = await Promise.all(Array.from({ length: sent }, take))
    for (const [i, slot] of slots.entries()) {
      if (i < 2) slot.accepted(1)
      else slot.refused(1000)
      slot.release()
    }
  }
  const [first] = await Promise.all([take(), take()])
  const third = take()
  const wait = { reason: 'learned concurrency', waitMs: 0, atATime: 2 }
  expect(waits).toEqual([wait])
  expect(queue.waiting).toEqual([{ model: 'a', requests: 1, ...wait }])
  first.release()
  await third
  expect(queue.waiting).toEqual([])
})
