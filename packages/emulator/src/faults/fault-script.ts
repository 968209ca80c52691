import { checkRule } from './check-rule.js'
import type { Fault, FaultRule } from './fault.js'
import { drawLatency } from './latency.js'
import type { Random } from './random.js'
import { RateLimiter } from './rate-limiter.js'

/** The faults that replace a request's usual answer; latency and rate limits only delay or refuse it. */
export type Ending = Exclude<Fault, { kind: 'latency' | 'rate-limit' }>

/** What is known about a request when its faults are chosen. */
export interface Subject {
  readonly route: string
  readonly path: string
  readonly model?: string | undefined
  readonly inputType?: string | undefined
}

export interface FaultPlan {
  /** Milliseconds. */
  readonly latency: number
  readonly rateLimiters: readonly RateLimiter[]
  readonly ending?: Ending
}

interface Entry {
  readonly rule: FaultRule
  readonly rateLimiter?: RateLimiter
  calls: number
  fired: number
}

/**
 * An emulator's fault rules, checked in the order in which they were added. The first one that applies to a request
 * decides its fault; latencies add up, and all rate limits apply.
 */
export class FaultScript {
  readonly #random: Random
  readonly #first: readonly FaultRule[]
  #entries: Entry[] = []

  /** @internal Starts with these rules. */
  constructor(random: Random, first: readonly FaultRule[] = []) {
    this.#random = random
    this.#first = first
    this.add(...first)
  }

  /** The current rules, in order. */
  get rules(): readonly FaultRule[] {
    return this.#entries.map(({ rule }) => rule)
  }

  /**
   * Adds rules; each counts its calls from now on.
   *
   * @returns a function that removes these rules
   * @throws {RangeError} for an invalid rule
   * @example emulator.faults.add({ route: '/embed', call: 3, fault: { kind: 'status', status: 503 } })
   */
  add(...rules: FaultRule[]): () => void {
    const added = entriesOf(rules)
    this.#entries.push(...added)
    return () => {
      this.#entries = this.#entries.filter((entry) => !added.includes(entry))
    }
  }

  /** Removes every rule, and the latency, error rate and rate limit that the emulator started with. */
  clear(): void {
    this.#entries = []
  }

  /** Replaces all rules. @throws {RangeError} as `add` does; then nothing has changed */
  replace(...rules: FaultRule[]): void {
    this.#entries = entriesOf(rules)
  }

  /** Restores the rules that the emulator started with; counts and budgets begin anew. */
  reset(): void {
    this.replace(...this.#first)
  }

  /** @internal Decides what happens to the next request. */
  next(subject: Subject): FaultPlan {
    let latency = 0
    let ending: Ending | undefined
    const rateLimiters: RateLimiter[] = []
    for (const entry of this.#entries) {
      if (!concerns(entry.rule, subject)) continue
      entry.calls++
      const { fault } = entry.rule
      const ends = fault.kind !== 'latency' && fault.kind !== 'rate-limit'
      if ((ends && ending) || !this.#fires(entry)) continue
      entry.fired++
      if (fault.kind === 'latency') latency += drawLatency(fault.latency, entry.calls, this.#random)
      else if (entry.rateLimiter) rateLimiters.push(entry.rateLimiter)
      else if (ends) ending = fault
    }
    return { latency, rateLimiters, ...(ending ? { ending } : {}) }
  }

  #fires({ rule, calls, fired }: Entry): boolean {
    if (rule.times !== undefined && fired >= rule.times) return false
    if (rule.call !== undefined) {
      const [from, to] = typeof rule.call === 'number' ? [rule.call, rule.call] : rule.call
      if (calls < from || calls > to) return false
    }
    return rule.probability === undefined || this.#random() < rule.probability
  }
}

function entriesOf(rules: readonly FaultRule[]): Entry[] {
  for (const rule of rules) checkRule(rule)
  return rules.map(({ ...rule }): Entry => {
    const entry = { rule, calls: 0, fired: 0 }
    return rule.fault.kind === 'rate-limit' ? { ...entry, rateLimiter: new RateLimiter(rule.fault) } : entry
  })
}

function concerns(rule: FaultRule, subject: Subject): boolean {
  return (
    (rule.route === undefined || rule.route === subject.route || rule.route === subject.path) &&
    (rule.model === undefined || rule.model === subject.model) &&
    (rule.inputType === undefined || rule.inputType === subject.inputType)
  )
}
