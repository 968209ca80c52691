import type { ModelBudget } from '../budget/model-budget.js'
import type { Call } from './call.js'
import { type Place, WaitingLine } from './waiting-line.js'

/** A request that wants to go. */
export interface Candidate {
  readonly call: Call
  readonly budget: ModelBudget
  /** Tokens, estimated; 1 for what counts as one request. */
  readonly amount: number
  readonly place: Place
}

interface Waiter extends Candidate {
  /** Its number in the order of arrival. */
  readonly arrival: number
  enter(enteredAt: number): void
}

/** It then looks again; a timer of more than 24.8 days would fire at once. */
const LONGEST_TIMER = 60_000

const SINGLES_FIRST: readonly Place[] = ['single again', 'single', 'bulk again', 'bulk']
const BULK_FIRST: readonly Place[] = ['bulk again', 'bulk', 'single again', 'single']

/** After so many single requests in a row, one batch of a bulk job goes first, so that neither starves. */
const SINGLES_PER_BATCH = 4

/**
 * Decides which request goes next, over all calls of a client: at most so many are in flight, each only when
 * its model's budget allows it. A slot that becomes free is taken at once; a model that has to wait keeps no
 * slot from another.
 */
export class Turns {
  readonly #lines = new Map<ModelBudget, WaitingLine<Waiter>>()
  #free: number
  #arrivals = 0
  #singlesInARow = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(slots: number) {
    this.#free = slots
  }

  /**
   * Resolves with the time when the request may go; it then holds a slot until `release()`.
   * Rejects as soon as the call is stopped.
   */
  take(candidate: Candidate): Promise<number> {
    const { call, budget } = candidate
    return new Promise((resolve, reject) => {
      const stopListening = call.onStop((reason) => {
        stopListening()
        this.#lines.get(budget)?.remove(waiter)
        this.serve()
        reject(reason)
      })
      const waiter: Waiter = {
        ...candidate,
        arrival: this.#arrivals++,
        enter(enteredAt) {
          stopListening()
          resolve(enteredAt)
        },
      }
      const line = this.#lines.get(budget) ?? new WaitingLine()
      this.#lines.set(budget, line)
      line.add(waiter)
      this.serve()
    })
  }

  /** The request is off the wire. Returns whether another one has taken its slot. */
  release(): boolean {
    const free = ++this.#free
    this.serve()
    return this.#free < free
  }

  /** Lets in whoever may go now, and wakes again when the next one may. To be called when a budget has changed. */
  readonly serve = (): void => {
    clearTimeout(this.#timer)
    while (this.#free > 0) {
      const now = performance.now()
      const { waiter, wait } = this.#next(now)
      if (!waiter) {
        if (wait !== undefined) {
          this.#timer = setTimeout(this.serve, Math.min(Math.ceil(wait), LONGEST_TIMER))
        }
        return
      }
      this.#lines.get(waiter.budget)?.remove(waiter)
      this.#singlesInARow = isSingle(waiter.place) ? this.#singlesInARow + 1 : 0
      this.#free--
      waiter.budget.enter(waiter.amount, now)
      waiter.enter(now)
    }
  }

  /** Whose turn it is, or else the milliseconds until it may be someone's. */
  #next(now: number): { waiter?: Waiter; wait?: number } {
    const order = this.#singlesInARow < SINGLES_PER_BATCH ? SINGLES_FIRST : BULK_FIRST
    let next: Waiter | undefined
    let shortest: number | undefined
    for (const [budget, line] of this.#lines) {
      const first = line.first(order)
      if (!first) {
        this.#lines.delete(budget)
        continue
      }
      const wait = budget.waitFor(first.amount, now)
      if (wait > 0) shortest = Math.min(shortest ?? wait, wait)
      else if (!next || goesBefore(first, next, order)) next = first
    }
    if (next) return { waiter: next }
    return shortest === undefined ? {} : { wait: shortest }
  }
}

function isSingle(place: Place): boolean {
  return place === 'single' || place === 'single again'
}

function goesBefore(a: Waiter, b: Waiter, order: readonly Place[]): boolean {
  return (order.indexOf(a.place) - order.indexOf(b.place) || a.arrival - b.arrival) < 0
}
