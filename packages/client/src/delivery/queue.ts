import type { BudgetEntry, BudgetRequest, BudgetWait, ModelWait, SharedBudget } from '../budget/budget.js'
import { type Clock, LONGEST_TIMER, systemClock } from '../budget/local-budget.js'
import { PineconeInferenceError } from '../errors/inference-error.js'
import { afterReactions } from '../lifetime/turns.js'
import { type Candidate, firstOf, Line, orderAfter, type Priority, Waiter } from './line.js'
import { Slot, withdraw } from './slot.js'

/**
 * Decides which request goes next, across all calls of a client. The client's requests in flight are limited, and those
 * of each model and input type to what the service was seen to accept. A budget, the client's own or a shared one, also
 * has to let each request in. It is asked only when a slot is free, and a model that has to wait for its budget takes
 * no slot from others.
 */
export class Queue {
  readonly #budget: SharedBudget
  readonly #clock: Clock
  readonly #lines = new Map<string, Line>()
  /** Let in by the budget after others had taken the free slots. */
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
   * Resolves when the request may be sent; it then holds its slot until `release()`. Rejects as soon as the call is
   * stopped.
   *
   * @throws PineconeInferenceError if the budget itself fails
   */
  take(candidate: Candidate): Promise<Slot> {
    const line = this.#lineOf(candidate.request)
    return new Promise((resolve, reject) => {
      const stopListening = candidate.call.stopScope.onEnd((reason) => {
        this.#turnAway(waiter, reason)
        this.serve()
      })
      const waiter = new Waiter(candidate, line, this.#arrivals++, {
        seat: (slot) => {
          stopListening()
          resolve(slot)
        },
        fail: (reason) => {
          stopListening()
          reject(reason)
        },
      })
      line.add(waiter)
      // Waiters of a lower priority stop asking the budget and give way to this one.
      const order = line.order(this.#order)
      for (const other of line.asking) {
        if (order.indexOf(waiter.priority) < order.indexOf(other.priority)) this.#stopAsking(other)
      }
      this.serve()
      const ownWait = waiter.readyAt - this.#clock.now()
      if (ownWait > 0) waiter.tell({ reason: 'refused', waitMs: Math.ceil(ownWait) })
    })
  }

  get #order(): readonly Priority[] {
    return orderAfter(this.#singlesInARow)
  }

  #lineOf(request: BudgetRequest | undefined): Line {
    const key = request ? `${request.model}:${request.inputType ?? ''}` : ''
    const line = this.#lines.get(key) ?? new Line()
    this.#lines.set(key, line)
    return line
  }

  /** Lets in every request that may go now. */
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
      const { candidates, readyAt } = this.#candidates(order)
      const next = firstOf(candidates, order)
      if (next) {
        this.#ask(next)
        continue
      }
      if (Number.isFinite(readyAt)) {
        const wait = Math.min(Math.ceil(readyAt - this.#clock.now()), LONGEST_TIMER)
        this.#timer = this.#clock.setTimeout(this.serve, wait)
      }
      return
    }
  }

  /** The next waiter of each line that may ask the budget now; if there is none, when one may. */
  #candidates(order: readonly Priority[]): { candidates: Waiter[]; readyAt: number } {
    const now = this.#clock.now()
    const candidates: Waiter[] = []
    let readyAt = Number.POSITIVE_INFINITY
    for (const line of this.#lines.values()) {
      if (line.asking.size >= this.#free) continue
      const first = line.first(line.order(order), now)
      if (!first.waiter) readyAt = Math.min(readyAt, first.readyAt)
      else if (line.fullLimit) first.waiter.tell(line.fullLimit)
      else candidates.push(first.waiter)
    }
    return { candidates, readyAt }
  }

  /** Rejects all queued requests for a model, each with an error of its own, as long as `reasonNow` returns one. */
  turnAway(model: string, reasonNow: () => Error | undefined): void {
    const waiters = [...this.#lines.values()].flatMap((line) => line.waiters)
    for (const waiter of waiters.filter(({ candidate }) => candidate.request?.model === model)) {
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

  /** Why requests wait now, apart from waiting for one of the client's slots. */
  get waiting(): ModelWait[] {
    const now = this.#clock.now()
    return [...this.#lines.values()].flatMap((line) => {
      const { waiters } = line
      const request = waiters[0]?.candidate.request
      const wait = line.wait(now)
      if (!request || !wait) return []
      const { model, inputType } = request
      return [{ model, ...(inputType === undefined ? {} : { inputType }), requests: waiters.length, ...wait }]
    })
  }

  #ask(waiter: Waiter): void {
    const asking = new AbortController()
    waiter.asking = asking
    waiter.line.asking.add(waiter)
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
      // The call handles its error before anyone else asks the budget.
      afterReactions(this.serve)
    }
    try {
      const entered = this.#enter(waiter, asking.signal)
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

  #enter(waiter: Waiter, signal: AbortSignal): BudgetEntry | Promise<BudgetEntry> {
    const { request } = waiter.candidate
    if (!request) return WITHOUT_BUDGET
    return this.#budget.enter(request, signal, (wait: BudgetWait) => {
      waiter.wait = wait
      waiter.tell(wait)
    })
  }

  #seat(waiter: Waiter, entry: BudgetEntry): void {
    const { line } = waiter
    line.seated(waiter)
    // The budget has answered, so nothing needs an abort, which costs as much as reading the answer to a query.
    this.#endAsking(waiter)
    this.#leave(waiter)
    this.#singlesInARow = waiter.isSingle ? this.#singlesInARow + 1 : 0
    this.#free--
    waiter.seat(new Slot(entry, line.limit, this.#clock.now(), () => this.#release(line)))
  }

  /** Returns whether another request took the slot. */
  #release({ limit }: Line): boolean {
    limit.landed()
    const free = ++this.#free
    this.serve()
    return this.#free < free
  }

  #leave(waiter: Waiter): void {
    waiter.line.delete(waiter)
    this.#admitted.delete(waiter)
    this.#stopAsking(waiter)
  }

  #stopAsking(waiter: Waiter): void {
    this.#endAsking(waiter)?.abort()
  }

  #endAsking(waiter: Waiter): AbortController | undefined {
    const { asking } = waiter
    waiter.asking = undefined
    waiter.line.asking.delete(waiter)
    return asking
  }
}

/** For requests that count against no budget: after a 429 each waits out its own delay. */
const WITHOUT_BUDGET: BudgetEntry = { accepted() {}, refused: () => true, failed() {} }

function budgetFailed(cause: unknown): PineconeInferenceError {
  const words = cause instanceof Error ? cause.message : String(cause)
  return new PineconeInferenceError(`sharedBudget failed, and nothing was sent: ${words}`, { cause })
}
