import type { BudgetEntry } from '../budget/budget.js'
import { tell } from '../observe/events.js'

/**
 * A place in flight, held by a request from its turn until its answer has arrived. The budget and the concurrency limit
 * are told once how it ended; if an application's budget throws, the error becomes a warning.
 */
export class Slot {
  readonly enteredAt: number
  /** Makes room for another request, because this one is off the wire. Returns whether one took it at once. */
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

  /** The service answered and counted this many tokens. */
  accepted(tokens: number | undefined): void {
    this.#limit.accepted(this.#flight)
    tell(() => this.#entry.accepted(tokens))
  }

  /**
   * The service answered 429.
   *
   * @returns true if other requests may go meanwhile, so that this one waits out its own delay
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

  /** It was not sent after all. */
  withdrawn(): void {
    this.#limit.dropped(this.#flight)
    withdraw(this.#entry)
  }
}

/** Takes a request back from the budget that let it in. */
export function withdraw(entry: BudgetEntry): void {
  tell(() => (entry.withdrawn ? entry.withdrawn() : entry.failed()))
}

/** A request, from when it is sent until its outcome is known. */
export interface Flight {
  /** Requests in flight when it was sent, itself included, without those that turned out to be refused. */
  inFlight: number
}

interface Outcome {
  readonly inFlight: number
  readonly isAccepted: boolean
}

/** Number of outcomes kept. */
const REMEMBERED = 32
/** Accepted requests needed to show that the service accepts as many in flight as they had. */
const ENOUGH = 6
/** Refusals needed to show a limit where none was known. */
const REFUSALS = 3
/** Accepted requests at the limit before one more is tried. Doubles each time that one is refused. */
const PATIENCE = { min: 8, max: 64 }

/**
 * Learns the concurrency limit of a service that refuses requests above a number in flight, whatever the rate. Refusals
 * show such a limit only if everything with fewer in flight was accepted, and most of what had more was refused. With a
 * rate limit, whether a request is refused has little to do with how many others are in flight.
 *
 * Once the limit is known, that many requests go, and now and then one more. AIMDLimit in Netflix's
 * `concurrency-limits` (https://github.com/Netflix/concurrency-limits, November 2026) is similar, but takes every
 * failure as a sign of too many. The results of this one are in bench/rate-limit/VIRTUAL.md of the repository.
 */
export class InFlightLimit {
  #max = Number.POSITIVE_INFINITY
  #inFlight = 0
  readonly #flights = new Set<Flight>()
  readonly #outcomes: Outcome[] = []
  #acceptedAtMost = 0
  #patience = PATIENCE.min
  /** Whether the limit is one more than what was seen to be accepted. */
  #isTrying = false

  /** Maximum number in flight; `Infinity` while no limit is known. */
  get max(): number {
    return this.#max
  }

  get isKnown(): boolean {
    return this.#max < Number.POSITIVE_INFINITY
  }

  /** How many more may be sent now. */
  get room(): number {
    return this.#max - this.#inFlight
  }

  sent(): Flight {
    const flight = { inFlight: ++this.#inFlight }
    this.#flights.add(flight)
    return flight
  }

  /** It is off the wire, but its outcome may not be known yet. */
  landed(): void {
    this.#inFlight--
  }

  accepted(flight: Flight): void {
    this.#record(flight, true)
    if (flight.inFlight < this.#max) return
    // The last trial was accepted, so the next one may come soon.
    if (this.#isTrying) this.#patience = PATIENCE.min
    if (++this.#acceptedAtMost < this.#patience) return
    this.#acceptedAtMost = 0
    this.#max++
    this.#isTrying = true
  }

  /** @returns true if it was refused because too many were in flight, and not because of the rate */
  refused(flight: Flight): boolean {
    this.#record(flight, false)
    this.#discount(flight)
    if (flight.inFlight > this.#max) return true
    const limit = this.#limitSeen()
    if (limit === undefined) return false
    const hasTrialFailed = this.#isTrying && this.#max === limit + 1
    this.#patience = hasTrialFailed ? Math.min(PATIENCE.max, 2 * this.#patience) : PATIENCE.min
    this.#max = limit
    this.#acceptedAtMost = 0
    this.#isTrying = false
    return true
  }

  /** Its outcome says nothing about the limit. */
  dropped(flight: Flight): void {
    this.#flights.delete(flight)
  }

  #record(flight: Flight, isAccepted: boolean): void {
    this.#outcomes.push({ inFlight: flight.inFlight, isAccepted })
    if (this.#outcomes.length > REMEMBERED) this.#outcomes.shift()
    if (isAccepted) this.#flights.delete(flight)
  }

  /** The service was not working on the refused request when later ones arrived, so they did not compete with it. */
  #discount(refused: Flight): void {
    let isLater = false
    for (const flight of this.#flights) {
      if (isLater) flight.inFlight--
      if (flight === refused) isLater = true
    }
    this.#flights.delete(refused)
  }

  /** One less than the smallest number in flight that was refused, if that explains the recent outcomes. */
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
