import type { BudgetEntry } from '../budget/budget.js'
import { tell } from '../observe/events.js'
import type { InFlightLimit } from './in-flight-limit.js'

/**
 * What a request holds from its turn until its answer has arrived. When it has ended, the budget and the limit of its
 * model are told how, once; if a budget of the application throws then, that becomes a warning.
 */
export class Slot {
  readonly enteredAt: number
  /** Makes room for another request: this one is off the wire. Returns whether one has taken it at once. */
  readonly release: () => boolean
  readonly #entry: BudgetEntry
  readonly #limit: InFlightLimit
  readonly #flight

  constructor(entry: BudgetEntry, limit: InFlightLimit, enteredAt: number, release: () => boolean) {
    this.enteredAt = enteredAt
    this.release = release
    this.#entry = entry
    this.#limit = limit
    this.#flight = limit.sent()
  }

  /** The service answered, and counted so many tokens. */
  accepted(tokens: number | undefined): void {
    this.#limit.accepted(this.#flight)
    tell(() => this.#entry.accepted(tokens))
  }

  /**
   * The service answered 429.
   *
   * @returns true if others may go meanwhile, so that the request is to wait by itself before it asks again
   */
  refused(retryAfterMs: number | undefined): boolean {
    const entry = this.#entry
    const wasKnown = this.#limit.isKnown
    if (this.#limit.refused(this.#flight)) {
      if (!wasKnown && entry.disproved) tell(() => entry.disproved?.())
      else withdraw(entry)
      return true
    }
    let waitsByItself = false
    tell(() => {
      waitsByItself = entry.refused(retryAfterMs) === true
    })
    return waitsByItself
  }

  failed(): void {
    this.#limit.dropped(this.#flight)
    tell(() => this.#entry.failed())
  }

  /** It is not sent after all. */
  withdrawn(): void {
    this.#limit.dropped(this.#flight)
    withdraw(this.#entry)
  }
}

/** Gives back what the budget has let in. */
export function withdraw(entry: BudgetEntry): void {
  tell(() => (entry.withdrawn ? entry.withdrawn() : entry.failed()))
}
