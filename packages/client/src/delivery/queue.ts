import type { BudgetEntry, BudgetRequest, BudgetWait, ModelWait, SharedBudget } from '../budget/budget.js'
import { type Clock, systemClock } from '../budget/local-budget.js'
import { PineconeInferenceError } from '../errors/inference-error.js'
import { afterReactions } from '../lifetime/after-reactions.js'
import type { Call, Lane } from '../lifetime/call.js'
import { tell } from '../observe/events.js'

/** A request that wants to go. */
export interface Candidate {
  readonly call: Call
  /** Absent for what draws on no budget. */
  readonly request: BudgetRequest | undefined
  readonly isRetry: boolean
  /** By the queue's clock: it stays in line until then. */
  readonly readyAt?: number
  /** Told why the request waits for its budget. */
  readonly onWait?: (wait: BudgetWait) => void
}

/** What a request holds until its answer has arrived. */
export interface Slot {
  readonly enteredAt: number
  readonly entry: BudgetEntry
}

/** Who goes first: a single request that failed once, then single ones, batches that failed once, other batches. */
type Priority = Lane | `${Lane} again`

const SINGLES_FIRST: readonly Priority[] = ['single again', 'single', 'bulk again', 'bulk']
const BULK_FIRST: readonly Priority[] = ['bulk again', 'bulk', 'single again', 'single']

/** After this many single requests in a row, one batch of a bulk job goes first, so that neither starves. */
const SINGLES_PER_BATCH = 4

/** It then looks again; a timer of more than 24.8 days would fire at once. */
const LONGEST_TIMER = 60_000

interface Waiter extends Candidate {
  /** Its number in the order of arrival. */
  readonly arrival: number
  readonly priority: Priority
  /** Withdraws the question to the budget, while it is asked. */
  asking: AbortController | undefined
  /** Why it waits, as the budget said last. */
  wait: BudgetWait | undefined
  seat(slot: Slot): void
  fail(reason: unknown): void
}

/** Requests of one model and input type; within a priority first come, first served. */
class Line {
  // A Set keeps insertion order and drops an aborted waiter at once, wherever it stands.
  readonly waiters: Record<Priority, Set<Waiter>> = {
    'single again': new Set(),
    single: new Set(),
    'bulk again': new Set(),
    bulk: new Set(),
  }
  readonly asking = new Set<Waiter>()
  #drawnBySingles = 0

  /**
   * Where a batch's turn has come and it waits for its budget, single requests pass it until they have drawn as much:
   * a query of 20 tokens must not wait until there are 7,000.
   */
  order(usual: readonly Priority[]): readonly Priority[] {
    const [again] = this.waiters['bulk again']
    const [first] = this.waiters.bulk
    const batch = again ?? first
    return batch?.wait && this.#drawnBySingles < amountOf(batch) ? SINGLES_FIRST : usual
  }

  seated(waiter: Waiter): void {
    this.#drawnBySingles = isSingle(waiter) ? this.#drawnBySingles + amountOf(waiter) : 0
  }

  get isEmpty(): boolean {
    return Object.values(this.waiters).every(({ size }) => size === 0)
  }

  /** The first one that may ask, or when the next one may. */
  first(order: readonly Priority[], now: number): { waiter?: Waiter; readyAt: number } {
    let readyAt = Number.POSITIVE_INFINITY
    for (const priority of order) {
      for (const waiter of this.waiters[priority]) {
        if (waiter.asking) continue
        if ((waiter.readyAt ?? 0) <= now) return { waiter, readyAt: now }
        readyAt = Math.min(readyAt, waiter.readyAt ?? 0)
      }
    }
    return { readyAt }
  }
}

/**
 * Decides which request goes next, over all calls of a client: at most so many are in flight, each only when its
 * budget, the client's own or a shared one, lets it in. The budget is asked when a slot is free, and a model that has
 * to wait keeps no slot from another.
 */
export class Queue {
  readonly #budget: SharedBudget
  readonly #clock: Clock
  readonly #lines = new Map<string, Line>()
  /** Let in by the budget, while others have taken the slots. */
  readonly #admitted = new Map<Waiter, BudgetEntry>()
  #free: number
  #arrivals = 0
  #singlesInARow = 0
  #timer: unknown

  constructor(budget: SharedBudget, slots: number, clock: Clock = systemClock) {
    this.#budget = budget
    this.#free = slots
    this.#clock = clock
  }

  /**
   * Resolves when the request may go; it then holds a slot until `release()`. Rejects as soon as the call is stopped.
   *
   * @throws PineconeInferenceError when the budget itself fails
   */
  take(candidate: Candidate): Promise<Slot> {
    const { call, request, isRetry } = candidate
    return new Promise((resolve, reject) => {
      const stopListening = call.stopScope.onEnd((reason) => {
        this.#turnAway(waiter, reason)
        this.serve()
      })
      const waiter: Waiter = {
        ...candidate,
        arrival: this.#arrivals++,
        priority: isRetry ? `${call.lane} again` : call.lane,
        asking: undefined,
        wait: undefined,
        seat: (slot) => {
          stopListening()
          resolve(slot)
        },
        fail: (reason) => {
          stopListening()
          reject(reason)
        },
      }
      const key = keyOf(request)
      const line = this.#lines.get(key) ?? new Line()
      this.#lines.set(key, line)
      line.waiters[waiter.priority].add(waiter)
      // Those that ask now and would not have been first give way.
      const order = line.order(this.#order)
      for (const other of line.asking) {
        if (order.indexOf(waiter.priority) < order.indexOf(other.priority)) this.#stopAsking(other)
      }
      this.serve()
    })
  }

  get #order(): readonly Priority[] {
    return this.#singlesInARow < SINGLES_PER_BATCH ? SINGLES_FIRST : BULK_FIRST
  }

  /** The request is off the wire. Returns whether another one has taken its slot. */
  release(): boolean {
    const free = ++this.#free
    this.serve()
    return this.#free < free
  }

  /** Lets in whoever may go now. */
  readonly serve = (): void => {
    this.#clock.clearTimeout(this.#timer)
    while (this.#free > 0) {
      const order = this.#order
      const admitted = firstOf(this.#admitted.keys(), order)
      const entry = admitted && this.#admitted.get(admitted)
      if (admitted && entry) {
        this.#seat(admitted, entry)
        continue
      }
      const now = this.#clock.now()
      let readyAt = Number.POSITIVE_INFINITY
      const candidates: Waiter[] = []
      for (const [key, line] of this.#lines) {
        if (line.isEmpty) this.#lines.delete(key)
        if (line.asking.size >= this.#free) continue
        const first = line.first(line.order(order), now)
        if (first.waiter) candidates.push(first.waiter)
        else readyAt = Math.min(readyAt, first.readyAt)
      }
      const next = firstOf(candidates, order)
      if (!next) {
        if (Number.isFinite(readyAt)) {
          const wait = Math.min(Math.ceil(readyAt - now), LONGEST_TIMER)
          this.#timer = this.#clock.setTimeout(this.serve, wait)
        }
        return
      }
      this.#ask(next)
    }
  }

  /** Turns away all that wait to ask that model, each for a reason of its own, while there is one. */
  turnAway(model: string, reasonNow: () => Error | undefined): void {
    const waiters = [...this.#lines.values()].flatMap((line) =>
      Object.values(line.waiters).flatMap((waiters) => [...waiters]),
    )
    for (const waiter of waiters.filter(({ request }) => request?.model === model)) {
      const reason = reasonNow()
      if (reason) this.#turnAway(waiter, reason)
    }
    this.serve()
  }

  #turnAway(waiter: Waiter, reason: unknown): void {
    const entry = this.#admitted.get(waiter)
    this.#leave(waiter)
    if (entry) withdraw(entry)
    waiter.fail(reason)
  }

  /** Why requests wait for their budget now. */
  get waiting(): ModelWait[] {
    return [...this.#lines.values()].flatMap((line) => {
      const [first] = [...line.asking].filter(({ wait }) => wait)
      if (!first?.wait || !first.request) return []
      const { model, inputType } = first.request
      const requests = Object.values(line.waiters).reduce((sum, { size }) => sum + size, 0)
      return [{ model, ...(inputType === undefined ? {} : { inputType }), requests, ...first.wait }]
    })
  }

  #ask(waiter: Waiter): void {
    const asking = new AbortController()
    const line = this.#lines.get(keyOf(waiter.request))
    waiter.asking = asking
    line?.asking.add(waiter)
    const isCurrent = () => waiter.asking === asking
    const admit = (entry: BudgetEntry) => {
      if (!isCurrent()) return withdraw(entry)
      if (this.#free > 0) this.#seat(waiter, entry)
      else this.#admitted.set(waiter, entry)
    }
    const fail = (cause: unknown) => {
      if (!isCurrent()) return
      this.#leave(waiter)
      waiter.fail(cause instanceof PineconeInferenceError ? cause : budgetFailed(cause))
      // Nobody asks before the call has been told.
      afterReactions(this.serve)
    }
    try {
      const onWait = (wait: BudgetWait) => {
        const isNews = waiter.wait?.reason !== wait.reason
        waiter.wait = wait
        if (isNews) waiter.onWait?.(wait)
      }
      const { request } = waiter
      const entered = request ? this.#budget.enter(request, asking.signal, onWait) : WITHOUT_BUDGET
      if (entered instanceof Promise) {
        entered.then((entry) => {
          admit(entry)
          this.serve()
        }, fail)
      } else {
        admit(entered)
      }
    } catch (error) {
      fail(error)
    }
  }

  #seat(waiter: Waiter, entry: BudgetEntry): void {
    this.#lines.get(keyOf(waiter.request))?.seated(waiter)
    // No abort, as the question is answered: it would cost as much as reading the answer to a query.
    this.#endAsking(waiter)
    this.#leave(waiter)
    this.#singlesInARow = isSingle(waiter) ? this.#singlesInARow + 1 : 0
    this.#free--
    waiter.seat({ enteredAt: this.#clock.now(), entry: quiet(entry) })
  }

  #leave(waiter: Waiter): void {
    const key = keyOf(waiter.request)
    const line = this.#lines.get(key)
    line?.waiters[waiter.priority].delete(waiter)
    this.#admitted.delete(waiter)
    this.#stopAsking(waiter)
    if (line?.isEmpty) this.#lines.delete(key)
  }

  #stopAsking(waiter: Waiter): void {
    this.#endAsking(waiter)?.abort()
  }

  #endAsking(waiter: Waiter): AbortController | undefined {
    const { asking } = waiter
    waiter.asking = undefined
    this.#lines.get(keyOf(waiter.request))?.asking.delete(waiter)
    return asking
  }
}

/** After a 429 such a request waits by itself. */
const WITHOUT_BUDGET: BudgetEntry = { accepted() {}, refused: () => true, failed() {} }

function keyOf(request: BudgetRequest | undefined): string {
  return request ? `${request.model}:${request.inputType ?? ''}` : ''
}

function isSingle({ priority }: Waiter): boolean {
  return priority === 'single' || priority === 'single again'
}

function amountOf({ request }: Waiter): number {
  return request?.tokens ?? 1
}

function firstOf(waiters: Iterable<Waiter>, order: readonly Priority[]): Waiter | undefined {
  let first: Waiter | undefined
  for (const waiter of waiters) {
    const sooner =
      first &&
      (order.indexOf(waiter.priority) - order.indexOf(first.priority) || waiter.arrival - first.arrival)
    if (sooner === undefined || sooner < 0) first = waiter
  }
  return first
}

function budgetFailed(cause: unknown): PineconeInferenceError {
  const words = cause instanceof Error ? cause.message : String(cause)
  return new PineconeInferenceError(`sharedBudget failed, and nothing was sent: ${words}`, { cause })
}

function withdraw(entry: BudgetEntry): void {
  tell(() => (entry.withdrawn ? entry.withdrawn() : entry.failed()))
}

/** If it throws when told how the request ended, that becomes a warning. */
function quiet(entry: BudgetEntry): BudgetEntry {
  return {
    accepted: (tokens) => tell(() => entry.accepted(tokens)),
    refused(retryAfterMs) {
      let isOnItsOwn = false
      tell(() => {
        isOnItsOwn = entry.refused(retryAfterMs) === true
      })
      return isOnItsOwn
    },
    failed: () => tell(() => entry.failed()),
    withdrawn: () => withdraw(entry),
  }
}
