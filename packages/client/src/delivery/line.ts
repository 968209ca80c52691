import type { BudgetRequest, BudgetWait } from '../budget/budget.js'
import type { Call, Lane } from '../lifetime/call.js'
import { InFlightLimit, type Slot } from './slot.js'

/** A request that waits to be sent. */
export interface Candidate {
  readonly call: Call
  /** Absent if the request counts against no budget. */
  readonly request: BudgetRequest | undefined
  readonly isRetry: boolean
  /** When it may go, on the queue's clock. Until then it keeps its place in line. */
  readonly readyAt?: number
  /** Called with the reason why the request waits, and again when the reason changes. */
  readonly onWait?: (wait: BudgetWait) => void
}

/** Single requests go before batches; within each, retries go before first attempts. */
export type Priority = Lane | `${Lane} again`

const SINGLES_FIRST: readonly Priority[] = ['single again', 'single', 'bulk again', 'bulk']
const BULK_FIRST: readonly Priority[] = ['bulk again', 'bulk', 'single again', 'single']

/** After this many single requests in a row one batch goes first, so that neither kind starves. */
const SINGLES_PER_BATCH = 4

/** The default order after this many single requests in a row. */
export function orderAfter(singlesInARow: number): readonly Priority[] {
  return singlesInARow < SINGLES_PER_BATCH ? SINGLES_FIRST : BULK_FIRST
}

/** A candidate in line. */
export class Waiter {
  readonly candidate: Candidate
  readonly line: Line
  /** Sequence number in order of arrival. */
  readonly arrival: number
  readonly priority: Priority
  readonly seat: (slot: Slot) => void
  readonly fail: (reason: unknown) => void
  /** Cancels its pending request to the budget. */
  asking: AbortController | undefined
  /** Why it waits, as the budget last reported. */
  wait: BudgetWait | undefined
  #told: BudgetWait['reason'] | undefined

  constructor(
    candidate: Candidate,
    line: Line,
    arrival: number,
    { seat, fail }: { seat(slot: Slot): void; fail(reason: unknown): void },
  ) {
    const { call, isRetry } = candidate
    this.candidate = candidate
    this.line = line
    this.arrival = arrival
    this.priority = isRetry ? `${call.lane} again` : call.lane
    this.seat = seat
    this.fail = fail
  }

  get isSingle(): boolean {
    return this.priority === 'single' || this.priority === 'single again'
  }

  get amount(): number {
    return this.candidate.request?.tokens ?? 1
  }

  get readyAt(): number {
    return this.candidate.readyAt ?? 0
  }

  tell(wait: BudgetWait): void {
    if (this.#told === wait.reason) return
    this.#told = wait.reason
    this.candidate.onWait?.(wait)
  }
}

/** The requests of one model and input type: by priority, then in order of arrival. */
export class Line {
  // A Set keeps insertion order and removes an aborted waiter from any position at once.
  readonly #waiters: Record<Priority, Set<Waiter>> = {
    'single again': new Set(),
    single: new Set(),
    'bulk again': new Set(),
    bulk: new Set(),
  }
  /** Waiters with a pending request to the budget. */
  readonly asking = new Set<Waiter>()
  readonly limit = new InFlightLimit()
  #drawnBySingles = 0

  add(waiter: Waiter): void {
    this.#waiters[waiter.priority].add(waiter)
  }

  delete(waiter: Waiter): void {
    this.#waiters[waiter.priority].delete(waiter)
  }

  get waiters(): Waiter[] {
    return Object.values(this.#waiters).flatMap((waiters) => [...waiters])
  }

  /**
   * While the next batch waits for the budget, single requests pass it until they have drawn as much as it needs: a
   * query of 20 tokens must not wait until 7,000 are available.
   */
  order(usual: readonly Priority[]): readonly Priority[] {
    const [again] = this.#waiters['bulk again']
    const [first] = this.#waiters.bulk
    const batch = again ?? first
    return batch?.wait && this.#drawnBySingles < batch.amount ? SINGLES_FIRST : usual
  }

  seated(waiter: Waiter): void {
    this.#drawnBySingles = waiter.isSingle ? this.#drawnBySingles + waiter.amount : 0
  }

  /** The first waiter that may ask the budget; if there is none, when the next one may. */
  first(order: readonly Priority[], now: number): { waiter?: Waiter; readyAt: number } {
    let readyAt = Number.POSITIVE_INFINITY
    for (const priority of order) {
      for (const waiter of this.#waiters[priority]) {
        if (waiter.asking) continue
        if (waiter.readyAt <= now) return { waiter, readyAt: now }
        readyAt = Math.min(readyAt, waiter.readyAt)
      }
    }
    return { readyAt }
  }

  /** The concurrency limit, if it lets no further request go now. */
  get fullLimit(): BudgetWait | undefined {
    const { room, max } = this.limit
    return room > this.asking.size ? undefined : { reason: 'learned concurrency', waitMs: 0, atATime: max }
  }

  /** Why its next request waits, if it does. */
  wait(now: number): BudgetWait | undefined {
    const [asked] = [...this.asking].filter(({ wait }) => wait)
    if (asked) return asked.wait
    const { waiter, readyAt } = this.first(SINGLES_FIRST, now)
    if (waiter) return this.fullLimit
    return Number.isFinite(readyAt) ? { reason: 'refused', waitMs: Math.ceil(readyAt - now) } : undefined
  }
}

/** The waiter that goes first in this order. */
export function firstOf(waiters: Iterable<Waiter>, order: readonly Priority[]): Waiter | undefined {
  let first: Waiter | undefined
  for (const waiter of waiters) {
    const sooner =
      first &&
      (order.indexOf(waiter.priority) - order.indexOf(first.priority) || waiter.arrival - first.arrival)
    if (sooner === undefined || sooner < 0) first = waiter
  }
  return first
}
