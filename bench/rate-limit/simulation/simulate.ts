import type { RateLimit } from '../../../packages/client/src/budget/budget.js'
import { LocalBudget } from '../../../packages/client/src/budget/local-budget.js'
import { Queue } from '../../../packages/client/src/delivery/queue.js'
import { Call } from '../../../packages/client/src/lifetime/call.js'
import { seededRandom } from '../../texts/random.js'
import type { Service } from './services.js'
import { VirtualClock } from './virtual-clock.js'

/** How the service says when to come back. */
export type Hint = 'whole seconds' | 'exact' | 'absent'

export interface Job {
  /** A new one for each run. */
  readonly service: () => Service
  /** Tokens of each request. */
  readonly amounts: readonly number[]
  /** Milliseconds an answer takes. */
  readonly latency: number
  readonly hint: Hint
  readonly slots?: number
  readonly rateLimit?: RateLimit
  /** By what share the estimates may be off. */
  readonly estimatesOff?: number
  /**
   * Single queries beside the job, or alone: how many a second, of what size, for how long. Without a service of their
   * own they are counted with the job's requests.
   */
  readonly live?: {
    readonly perSecond: number
    readonly amount: number
    readonly seconds: number
    readonly service?: () => Service
  }
  readonly trace?: (event: { at: number; amount: number; accepted: boolean; live: boolean }) => void
  readonly atMost?: number
}

export interface Outcome {
  /** Milliseconds until the last answer. */
  readonly took: number
  readonly ideal: number
  readonly refused: number
  readonly sent: number
  /** The longest time in which nothing was accepted, in milliseconds. */
  readonly silence: number
  /** Milliseconds each of the live queries took, with when it was asked. */
  readonly live: readonly { readonly at: number; readonly took: number }[]
}

/** Runs a job through the client's own queue and budget. */
export async function simulate(job: Job): Promise<Outcome> {
  const { amounts, latency, hint, slots = 8, estimatesOff = 0, live } = job
  const clock = new VirtualClock()
  const bulkService = job.service()
  const liveService = live?.service?.() ?? bulkService
  const queue = new Queue(new LocalBudget(job.rateLimit ?? {}, clock), slots, clock)
  const off = seededRandom(23_757)
  let [refused, sent, lastAccepted, silence] = [0, 0, 0, 0]
  const bulk = new Call({ timeout: 1 })
  bulk.lane = 'bulk'
  const single = new Call({ timeout: 1 })

  const deliver = async (amount: number, call: Call): Promise<void> => {
    const service = call === single ? liveService : bulkService
    const request = {
      model: 'm',
      inputType: call === single && live?.service ? 'query' : 'passage',
      tokens: Math.round(amount * (1 + estimatesOff * (2 * off() - 1))),
    }
    let turn = queue.take({ call, request, isRetry: false })
    for (let attempt = 0; ; attempt++) {
      const slot = await turn
      sent++
      const there = latency * (service.onTheWay ?? 0.5)
      await clock.elapse(there)
      const wait = service.wait(amount, clock.now())
      if (wait === 0) service.take?.(amount, clock.now())
      job.trace?.({ at: clock.now(), amount, accepted: wait === 0, live: call === single })
      await clock.elapse(latency - there)
      if (wait === 0) {
        service.done?.()
        silence = Math.max(silence, clock.now() - lastAccepted)
        lastAccepted = clock.now()
        slot.release()
        slot.accepted(amount)
        return
      }
      refused++
      const retryAfterMs =
        hint === 'absent' ? undefined : hint === 'exact' ? Math.ceil(wait) : Math.ceil(wait / 1000) * 1000
      const waitsByItself = slot.refused(retryAfterMs)
      // As the client does it: in line again before its slot is free.
      const pause = retryAfterMs ?? 0.5 * 500 * 2 ** Math.min(attempt, 6)
      const readyAt = waitsByItself ? { readyAt: clock.now() + pause } : {}
      turn = queue.take({ call, request, isRetry: true, ...readyAt })
      slot.release()
    }
  }
  const line = amounts[Symbol.iterator]()
  const runner = async () => {
    for (const amount of line) await deliver(amount, bulk)
  }
  const asked: { at: number; took: number }[] = []
  const queries = async () => {
    if (!live) return
    const running: Promise<void>[] = []
    for (let i = 0; i < live.perSecond * live.seconds; i++) {
      const at = clock.now()
      running.push(deliver(live.amount, single).then(() => void asked.push({ at, took: clock.now() - at })))
      await clock.elapse(1000 / live.perSecond)
    }
    await Promise.all(running)
  }
  let took = 0
  const jobDone = Promise.all(Array.from({ length: 2 * slots }, runner)).then(() => {
    took = clock.now()
  })
  const atMost = job.atMost ?? 3_600_000
  await clock.run(Promise.all([jobDone, queries()]), atMost)
  return {
    took: took || clock.now(),
    ideal: ideal(job),
    refused,
    sent,
    silence,
    live: asked.sort((a, b) => a.at - b.at),
  }
}

/** Milliseconds that a client takes which knows when the service takes a request, and sends it then. */
export function ideal({ service: make, amounts, latency, slots = 8 }: Job): number {
  const service = make()
  /** When each slot is free, the earliest first. */
  const free = new Array<number>(slots).fill(0)
  const inside: number[] = []
  const again: { amount: number; at: number }[] = []
  let now = 0
  let last = 0
  let next = 0
  while (next < amounts.length || again.length > 0) {
    free.sort((a, b) => a - b)
    now = Math.max(now, free[0] ?? 0)
    const due = again[0] && (again[0].at <= now || next >= amounts.length) ? again.shift() : undefined
    if (due) now = Math.max(now, due.at)
    const amount = due?.amount ?? amounts[next] ?? 0
    const arrives = now + latency * (service.onTheWay ?? 0.5)
    while (inside.length > 0 && (inside[0] ?? 0) <= arrives) {
      inside.shift()
      service.done?.()
    }
    const wait = service.wait(amount, arrives)
    if (wait > 0 && service.isNoise) {
      free[0] = now + latency
      if (!due) next++
      again.push({ amount, at: now + latency + wait })
      continue
    }
    if (wait > 0) {
      if (due) again.unshift({ ...due, at: now })
      // Where it is full, it waits for no longer than until the next answer.
      now = service.done && inside[0] !== undefined ? inside[0] - (arrives - now) : now + wait
      continue
    }
    service.take?.(amount, arrives)
    if (!due) next++
    free[0] = now + latency
    inside.push(now + latency)
    last = Math.max(last, now + latency)
  }
  return last
}

/** Requests whose sizes differ by half their mean either way, the same on every run. */
export function requests(count: number, mean: number): number[] {
  const next = seededRandom(7_919)
  return Array.from({ length: count }, () => Math.round(mean * (0.5 + next())))
}
