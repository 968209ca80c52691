import type { Load, RateBudget } from '../budget/rate-budget.js'
import { PineconeApiError, PineconeRateLimitError } from '../errors/api-error.js'
import { PineconeInferenceError } from '../errors/inference-error.js'
import type { HttpRequest } from '../http/exchange.js'
import type { Transport } from '../http/transport.js'
import { backoff } from './backoff.js'
import type { Call } from './call.js'
import { RetryAllowance } from './retry-allowance.js'
import { isRetryable } from './retry-policy.js'
import { Slots } from './slots.js'
import { wait } from './wait.js'

/** The budgets are per minute. Who asks for a longer wait means another one, such as the month's. */
const LONGEST_WAIT = 120_000

/** What is to be delivered, and how its answer is read. */
export interface Delivery<T> {
  readonly request: HttpRequest
  /** What it draws from the rate budget. A look-up draws nothing. */
  readonly load?: Load
  decode(body: Buffer): T
  /** What the service counted: tokens, or 1 for a rerank. */
  counted?(result: T): number
}

/** Delivers one request: waits for its budget and a slot, sends it, and sends it again where that can help. */
export class Sender {
  readonly #transport: Transport
  readonly #budget: RateBudget
  readonly #slots: Slots
  readonly #allowance = new RetryAllowance()
  readonly #maxRetries: number

  constructor(
    transport: Transport,
    budget: RateBudget,
    options: { maxConcurrency: number; maxRetries: number },
  ) {
    this.#transport = transport
    this.#budget = budget
    this.#slots = new Slots(options.maxConcurrency)
    this.#maxRetries = options.maxRetries
  }

  async send<T>(delivery: Delivery<T>, call: Call): Promise<T> {
    for (let retry = 0; ; retry++) {
      try {
        const result = await this.#attempt(delivery, retry, call)
        this.#allowance.succeeded(retry)
        return result
      } catch (error) {
        if (error instanceof PineconeInferenceError) error.attempts = retry + 1
        if (!this.#triesAgain(error, retry)) throw error
        // A refused request waits in line for the budget, with all others of its model.
        if (delivery.load && error instanceof PineconeRateLimitError) continue
        const asked = error instanceof PineconeApiError ? error.retryAfterMs : undefined
        await wait(asked ?? backoff(retry), call)
      }
    }
  }

  #triesAgain(error: unknown, retry: number): boolean {
    if (!isRetryable(error) || retry >= this.#maxRetries) return false
    if (error instanceof PineconeApiError && (error.retryAfterMs ?? 0) > LONGEST_WAIT) return false
    return error instanceof PineconeRateLimitError || this.#allowance.take()
  }

  async #attempt<T>(delivery: Delivery<T>, retry: number, call: Call): Promise<T> {
    call.throwIfStopped()
    const urgent = retry > 0
    const admission = delivery.load && (await this.#budget.admit(delivery.load, urgent, call))
    try {
      const body = await this.#exchange(delivery.request, urgent, call)
      const result = delivery.decode(body)
      admission?.accepted(delivery.counted?.(result) ?? 1)
      return result
    } catch (error) {
      if (error instanceof PineconeRateLimitError) admission?.refused(error.retryAfterMs, retry)
      else admission?.failed()
      throw error
    }
  }

  /** The slot is free again before the answer is decoded, so the next request does not wait for that. */
  async #exchange(request: HttpRequest, urgent: boolean, call: Call): Promise<Buffer> {
    await this.#slots.acquire(call, urgent)
    try {
      // it may have been stopped between the slot's becoming free and here
      call.throwIfStopped()
      return await this.#transport.send(request, call)
    } finally {
      this.#slots.release()
    }
  }
}
