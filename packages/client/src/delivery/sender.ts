import type { Account, Load, RateBudget } from '../budget/rate-budget.js'
import type { BudgetEntry, SharedBudget } from '../budget/shared-budget.js'
import { PineconeApiError, PineconeRateLimitError } from '../errors/api-error.js'
import { PineconeInferenceError } from '../errors/inference-error.js'
import type { HttpRequest, Transport } from '../http/transport.js'
import type { CountedUsage, RequestAttempt } from '../observe/events.js'
import type { Observer } from '../observe/observer.js'
import type { AnswerReader } from '../wire/answer-reader.js'
import { afterReactions } from './after-reactions.js'
import { backoff } from './backoff.js'
import type { Call } from './call.js'
import { enterShared } from './enter-shared.js'
import { RetryAllowance } from './retry-allowance.js'
import { isRetryable } from './retry-policy.js'
import { Turns } from './turns.js'
import { wait } from './wait.js'
import { placeOf } from './waiting-line.js'

/** The budgets are per minute. Who asks for a longer wait means another one, such as the month's. */
const LONGEST_WAIT = 120_000

/** What is to be delivered, and how its answer is read. */
export interface Delivery<T> {
  readonly request: HttpRequest
  readonly load: Load
  /** Makes a reader for the answer of one attempt. */
  read(): AnswerReader<T>
  /** What the service counted. */
  usage?(result: T): CountedUsage
}

/** Delivers one request: waits for its turn, sends it, and sends it again where that can help. */
export class Sender {
  readonly #transport: Transport
  readonly #budget: RateBudget
  readonly #observer: Observer
  readonly #turns: Turns
  readonly #allowance = new RetryAllowance()
  readonly #maxRetries: number
  readonly #shared: SharedBudget | undefined

  constructor(
    transport: Transport,
    budget: RateBudget,
    observer: Observer,
    options: { maxConcurrency: number; maxRetries: number; sharedBudget: SharedBudget | undefined },
  ) {
    this.#transport = transport
    this.#budget = budget
    this.#observer = observer
    this.#turns = new Turns(options.maxConcurrency)
    this.#maxRetries = options.maxRetries
    this.#shared = options.sharedBudget
  }

  async send<T>(delivery: Delivery<T>, call: Call): Promise<T> {
    const account = this.#budget.account(delivery.load)
    for (let retry = 0; ; retry++) {
      const attempt = this.#attemptOf(delivery, retry)
      try {
        const result = await this.#attempt(delivery, attempt, account, call)
        this.#allowance.succeeded(retry)
        return result
      } catch (error) {
        if (call.isReason(error)) throw error
        if (error instanceof PineconeInferenceError) error.attempts = retry + 1
        if (!this.#triesAgain(error, retry)) throw error
        this.#observer.retrying(attempt, error)
        // A refused request waits for its turn like all others of its model, until the budget lets one go.
        if (error instanceof PineconeRateLimitError) continue
        const asked = error instanceof PineconeApiError ? error.retryAfterMs : undefined
        await wait(asked ?? backoff(retry), call)
      }
    }
  }

  #attemptOf({ request: { method, path }, load }: Delivery<unknown>, retry: number): RequestAttempt {
    const { host } = this.#transport
    const isForModel = method === 'POST'
    return {
      method,
      path,
      host,
      attempt: retry + 1,
      ...(isForModel ? { model: load.model } : {}),
      ...(load.inputType === undefined ? {} : { inputType: load.inputType }),
    }
  }

  #triesAgain(error: unknown, retry: number): boolean {
    if (!isRetryable(error) || retry >= this.#maxRetries) return false
    if (asksForTooLong(error)) return false
    return error instanceof PineconeRateLimitError || this.#allowance.take()
  }

  async #attempt<T>(
    delivery: Delivery<T>,
    attempt: RequestAttempt,
    { budget, estimator }: Account,
    call: Call,
  ): Promise<T> {
    const { textBytes } = delivery.load
    const amount = textBytes === undefined ? 1 : estimator.estimate(textBytes)
    const place = placeOf(call.lane, attempt.attempt > 1)
    const slotAt = await this.#turns.take({ call, budget, amount, place })
    const entry = await this.#enterShared(delivery.load, amount, call, budget)
    const enteredAt = entry ? performance.now() : slotAt
    this.#observer.started(attempt)
    const failed = (error: unknown) => {
      const now = performance.now()
      this.#tellBudgets(error, { amount, attempt, enteredAt, now }, budget, entry)
      this.#observer.failed(attempt, now - enteredAt, error)
      this.#turns.serve()
    }
    const answer = delivery.read()
    try {
      // it may have been stopped between its turn and here
      call.throwIfStopped()
      await this.#transport.send(delivery.request, answer, call)
    } catch (error) {
      failed(error)
      // Nobody takes the slot before the call has heard: it may stop, or try this one again first.
      afterReactions(() => this.#turns.release())
      throw error
    }
    // Freed before the answer's end is decoded, so that the next request is on its way meanwhile.
    const isFollowed = this.#turns.release()
    if (isFollowed) await this.#transport.nextOnTheWire()
    try {
      const result = answer.end()
      const usage = delivery.usage?.(result) ?? {}
      const actual = usage.totalTokens ?? amount
      if (textBytes !== undefined) estimator.learn(textBytes, actual)
      const now = performance.now()
      budget.accepted(amount, actual, now)
      entry?.accepted(usage.totalTokens)
      this.#observer.succeeded(attempt, now - enteredAt, usage)
      this.#turns.serve()
      return result
    } catch (error) {
      failed(error)
      throw error
    }
  }

  #tellBudgets(
    error: unknown,
    of: { amount: number; attempt: RequestAttempt; enteredAt: number; now: number },
    budget: Account['budget'],
    entry: BudgetEntry | undefined,
  ): void {
    const isOverBudget = error instanceof PineconeRateLimitError && !asksForTooLong(error)
    if (isOverBudget && !entry) {
      const { retryAfterMs } = error
      const holdMs = retryAfterMs ?? backoff(of.attempt.attempt - 1)
      budget.refused(of.amount, { enteredAt: of.enteredAt, retryAfterMs, holdMs }, of.now)
    } else {
      // What is shared is learned where it is shared.
      budget.failed(of.now)
      if (isOverBudget) entry?.refused(error.retryAfterMs)
      else entry?.failed()
    }
  }

  /** Waits for the budget that is shared with other processes, if there is one; the slot is held meanwhile. */
  async #enterShared(
    load: Load,
    amount: number,
    call: Call,
    budget: Account['budget'],
  ): Promise<BudgetEntry | undefined> {
    if (!this.#shared) return undefined
    try {
      return await enterShared(this.#shared, load, amount, call)
    } catch (error) {
      budget.failed(performance.now())
      afterReactions(() => this.#turns.release())
      throw error
    }
  }
}

function asksForTooLong(error: unknown): boolean {
  return error instanceof PineconeApiError && (error.retryAfterMs ?? 0) > LONGEST_WAIT
}
