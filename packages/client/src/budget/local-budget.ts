import type { BudgetEntry, BudgetRequest, BudgetWait, RateLimit, SharedBudget } from './budget.js'
import { type Draw, drawsOf, type RequestEvent, stateOf, statesAfter, waitOf } from './draws.js'
import type { RateState } from './policy/rate-state.js'

/** The current time and timers. A simulation brings its own. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number
  setTimeout(callback: () => void, milliseconds: number): unknown
  clearTimeout(timer: unknown): void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
}

/**
 * Milliseconds. A longer wait is looked at again after this long: Node.js fires a timer of more than 24.8 days
 * immediately.
 */
export const LONGEST_TIMER = 60_000

interface Waiting {
  readonly draws: readonly Draw[]
  readonly onWait: ((wait: BudgetWait) => void) | undefined
  enter(): void
}

/** The budget of one client, in memory. */
export class LocalBudget implements SharedBudget {
  readonly #limit: RateLimit
  readonly #clock: Clock
  readonly #states = new Map<string, RateState>()
  /** Per model and input type, in order of arrival. */
  readonly #waiting = new Map<string, Set<Waiting>>()
  #timer: unknown

  constructor(limit: RateLimit, clock: Clock = systemClock) {
    this.#limit = limit
    this.#clock = clock
  }

  enter(
    request: BudgetRequest,
    signal: AbortSignal,
    onWait?: (wait: BudgetWait) => void,
  ): BudgetEntry | Promise<BudgetEntry> {
    const draws = drawsOf(request, this.#limit)
    const key = draws[0]?.key ?? ''
    const line = this.#waiting.get(key) ?? new Set()
    if (line.size === 0 && !this.#waitOf(draws)) return this.#entry(request, draws)
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        draws,
        onWait,
        enter: () => {
          signal.removeEventListener('abort', abort)
          resolve(this.#entry(request, draws))
        },
      }
      const abort = () => {
        line.delete(waiting)
        this.#serve()
        reject(signal.reason)
      }
      signal.addEventListener('abort', abort, { once: true })
      this.#waiting.set(key, line.add(waiting))
      this.#serve()
    })
  }

  #statesOf(draws: readonly Draw[], now: number): RateState[] {
    return draws.map((draw) => stateOf(this.#states.get(draw.key), draw, now))
  }

  #waitOf(draws: readonly Draw[]): BudgetWait | undefined {
    const now = this.#clock.now()
    return waitOf(draws, this.#statesOf(draws, now), now)
  }

  /** Lets in every request that may go now, and sets a timer for the next one. */
  #serve(): void {
    this.#clock.clearTimeout(this.#timer)
    let shortest = Number.POSITIVE_INFINITY
    for (const [key, line] of this.#waiting) {
      for (const first of line) {
        const wait = this.#waitOf(first.draws)
        if (wait) {
          shortest = Math.min(shortest, wait.waitMs)
          first.onWait?.(wait)
          break
        }
        line.delete(first)
        first.enter()
      }
      if (line.size === 0) this.#waiting.delete(key)
    }
    if (this.#waiting.size > 0) {
      this.#timer = this.#clock.setTimeout(
        () => this.#serve(),
        Math.min(Math.max(1, shortest), LONGEST_TIMER),
      )
    }
  }

  #entry({ tokens: expected }: BudgetRequest, draws: readonly Draw[]): BudgetEntry {
    const sentAt = this.#clock.now()
    const tell = (event: RequestEvent) => {
      const now = this.#clock.now()
      const states = statesAfter(draws, this.#statesOf(draws, now), event, now)
      for (const [i, { key }] of draws.entries()) {
        const state = states[i]
        if (state) this.#states.set(key, state)
      }
    }
    const end = (event: RequestEvent) => {
      tell(event)
      if (this.#waiting.size > 0) this.#serve()
    }
    tell({ is: 'sent' })
    return {
      accepted: (tokens) => end({ is: 'accepted', tokens: expected === undefined ? undefined : tokens }),
      refused: (retryAfterMs) => {
        end({ is: 'refused', sentAt, retryAfterMs })
        const now = this.#clock.now()
        return !this.#statesOf(draws, now).some(({ times }) => times.heldUntil > now)
      },
      failed: () => end({ is: 'failed' }),
      withdrawn: () => end({ is: 'withdrawn' }),
      disproved: () => end({ is: 'disproved' }),
    }
  }
}
