import { Call } from '../delivery/call.js'
import { Turns } from '../delivery/turns.js'
import { ModelBudget } from './model-budget.js'
import { TokenBucket } from './token-bucket.js'

export interface Simulation {
  /** Tokens per minute that the service allows; its bucket holds a minute's worth, and starts with it. */
  serviceLimit: number
  /** The service's bucket was emptied by someone else before. */
  startsEmpty?: boolean
  /** Tokens per minute that the client was told. */
  configured?: number
  /** Tokens of each request. */
  amounts: readonly number[]
  /** Milliseconds an answer takes. */
  latency: number
  concurrency: number
  /** Whether the service says when to come back. */
  retryAfter: boolean
}

export interface SimulationResult {
  /** Milliseconds from the first request to the last answer, over those that a client which knows all needs. */
  overIdeal: number
  /** Share of the requests that were refused. */
  wasted: number
}

/** Runs a bulk job against a service with a token bucket, on whatever clock is installed. */
export async function simulate(options: Simulation): Promise<SimulationResult> {
  const { serviceLimit, configured, amounts, latency, concurrency } = options
  const start = performance.now()
  const bucket = (perMinute: number) => new TokenBucket({ capacity: perMinute, perMinute, now: start })
  const service = bucket(serviceLimit)
  const saved = options.startsEmpty ? 0 : serviceLimit
  service.take(serviceLimit - saved, start)
  const budget = new ModelBudget(configured ? { tokens: bucket(configured) } : {}, start)
  const turns = new Turns(concurrency)
  const call = new Call({ timeout: 1 })
  let refused = 0

  const deliver = async (amount: number): Promise<void> => {
    let turn = turns.take({ call, budget, amount, place: 'bulk' })
    for (;;) {
      const enteredAt = await turn
      await elapse(latency / 2)
      const wait = service.waitFor(amount, performance.now())
      if (wait === 0) service.take(amount, performance.now())
      await elapse(latency / 2)
      if (wait === 0) {
        turns.release()
        budget.accepted(amount, amount, performance.now())
        turns.serve()
        return
      }
      refused++
      const retryAfterMs = options.retryAfter ? Math.ceil(wait / 1000) * 1000 : undefined
      budget.refused(amount, { enteredAt, retryAfterMs, holdMs: retryAfterMs ?? 500 }, performance.now())
      // As the client does it: in line again before its slot is free.
      turn = turns.take({ call, budget, amount, place: 'bulk again' })
      turns.release()
    }
  }
  const queue = amounts[Symbol.iterator]()
  const runner = async () => {
    for (const amount of queue) await deliver(amount)
  }
  await Promise.all(Array.from({ length: 2 * concurrency }, runner))

  const total = amounts.reduce((sum, amount) => sum + amount, 0)
  const byBudget = ((total - saved) / serviceLimit) * 60_000 + latency
  const bySlots = Math.ceil(amounts.length / concurrency) * latency
  return {
    overIdeal: (performance.now() - start) / Math.max(byBudget, bySlots),
    wasted: refused / (amounts.length + refused),
  }
}

function elapse(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
