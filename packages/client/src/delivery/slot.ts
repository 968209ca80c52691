import type { BudgetEntry } from '../budget/budget.js'
import { tell } from '../observe/events.js'

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

/** A request from its sending until its outcome is known. */
export interface Flight {
  /** How many were in flight when it was sent, itself included; without those that turned out to be refused. */
  inFlight: number
}

interface Outcome {
  readonly inFlight: number
  readonly isAccepted: boolean
}

/** The outcomes that are judged by. */
const REMEMBERED = 32
/** So many accepted requests show that it is all right to have as many in flight as they had. */
const ENOUGH = 6
/** So many refusals show a limit where none was known. */
const REFUSALS = 3
/** Accepted requests at the limit before one more is tried: twice as many each time that one more is refused. */
const PATIENCE = { least: 8, most: 64 }

/**
 * Learns how many requests the service takes at a time, where it refuses those above a number in flight, whatever the
 * rate. That is what it is only if all was accepted with fewer in flight, and most was refused with more: below a limit
 * on the rate, whether a request is refused has little to do with how many others are on their way.
 *
 * Then as many go as were accepted, and now and then one more, as with Netflix's `concurrency-limits` (its AIMDLimit,
 * https://github.com/Netflix/concurrency-limits, November 2026), which takes every failure for a sign of too many.
 * What it does is in bench/rate-limit/VIRTUAL.md of the repository.
 */
export class InFlightLimit {
  #most = Number.POSITIVE_INFINITY
  #inFlight = 0
  readonly #flights = new Set<Flight>()
  readonly #outcomes: Outcome[] = []
  #acceptedAtMost = 0
  #patience = PATIENCE.least
  /** Whether the limit is one more than what was seen to be taken. */
  #isTrying = false

  /** How many may be in flight; `Infinity` while no limit is known. */
  get most(): number {
    return this.#most
  }

  get isKnown(): boolean {
    return this.#most < Number.POSITIVE_INFINITY
  }

  /** How many more may be sent now. */
  get room(): number {
    return this.#most - this.#inFlight
  }

  sent(): Flight {
    const flight = { inFlight: ++this.#inFlight }
    this.#flights.add(flight)
    return flight
  }

  /** It is off the wire, while its outcome may still have to be found out. */
  landed(): void {
    this.#inFlight--
  }

  accepted(flight: Flight): void {
    this.#judged(flight, true)
    if (flight.inFlight < this.#most) return
    // What was tried last is accepted, so the next one may be soon.
    if (this.#isTrying) this.#patience = PATIENCE.least
    if (++this.#acceptedAtMost < this.#patience) return
    this.#acceptedAtMost = 0
    this.#most++
    this.#isTrying = true
  }

  /** @returns true if it was refused because too many were in flight, and not for the rate */
  refused(flight: Flight): boolean {
    this.#judged(flight, false)
    this.#discountIn(flight)
    if (flight.inFlight > this.#most) return true
    const limit = this.#limitSeen()
    if (limit === undefined) return false
    const isTriedInVain = this.#isTrying && this.#most === limit + 1
    this.#patience = isTriedInVain ? Math.min(PATIENCE.most, 2 * this.#patience) : PATIENCE.least
    this.#most = limit
    this.#acceptedAtMost = 0
    this.#isTrying = false
    return true
  }

  /** Its outcome says nothing. */
  dropped(flight: Flight): void {
    this.#flights.delete(flight)
  }

  #judged(flight: Flight, isAccepted: boolean): void {
    this.#outcomes.push({ inFlight: flight.inFlight, isAccepted })
    if (this.#outcomes.length > REMEMBERED) this.#outcomes.shift()
    if (isAccepted) this.#flights.delete(flight)
  }

  /** The service did not have it in hand when those arrived that were sent after it. */
  #discountIn(refused: Flight): void {
    let isLater = false
    for (const flight of this.#flights) {
      if (isLater) flight.inFlight--
      if (flight === refused) isLater = true
    }
    this.#flights.delete(refused)
  }

  /** One fewer than the fewest that were refused, if that explains the last outcomes. */
  #limitSeen(): number | undefined {
    const refused = this.#outcomes.filter(({ isAccepted }) => !isAccepted)
    const fewest = Math.min(...refused.map(({ inFlight }) => inFlight))
    const accepted = this.#outcomes.filter(({ isAccepted }) => isAccepted)
    const below = accepted.filter(({ inFlight }) => inFlight < fewest)
    const above = accepted.length - below.length
    const isExplained =
      fewest > 1 &&
      below.length >= ENOUGH &&
      refused.length >= (this.isKnown ? 1 : REFUSALS) &&
      refused.length >= above
    return isExplained ? fewest - 1 : undefined
  }
}
