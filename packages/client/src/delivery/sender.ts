import type { Account, Load, RateBudget } from '../budget/rate-budget.js'
import type { BudgetEntry, SharedBudget } from '../budget/shared-budget.js'
import {
  LONGEST_RETRY_AFTER,
  PineconeApiError,
  PineconeQuotaError,
  PineconeRateLimitError,
} from '../errors/api-error.js'
import { PineconeInferenceError } from '../errors/inference-error.js'
import type { Carrier } from '../http/carrier.js'
import type { HttpRequest, Transport } from '../http/transport.js'
import type { CountedUsage, RequestAttempt } from '../observe/events.js'
import type { AttemptAnswer, Observer, RequestWatch } from '../observe/observer.js'
import type { RequestContent } from '../observe/opentelemetry.js'
import type { AnswerReader } from '../wire/answer-reader.js'
import { afterReactions } from './after-reactions.js'
import { backoff } from './backoff.js'
import type { Call } from './call.js'
import { RetryAllowance } from './retry-allowance.js'
import { SharedTurns } from './shared-turns.js'
import { Turns } from './turns.js'
import { wait } from './wait.js'
import { type Place, placeOf } from './waiting-line.js'

/** What is to be delivered, and how its answer is read. */
export interface Delivery<T> {
  readonly request: HttpRequest
  readonly load: Load
  /** What is said of it to who watches. */
  readonly content?: RequestContent
  /** Makes a reader for the answer of one attempt. */
  read(): AnswerReader<T>
  /** What the service counted. */
  usage?(result: T): CountedUsage
}

/** What a request holds from its turn until its answer. */
interface Turn {
  /** Tokens that it is expected to be counted with; 1 for what counts as one request. */
  readonly amount: number
  readonly enteredAt: number
  readonly entry: BudgetEntry | undefined
  readonly carrier: Carrier
}

/** Delivers one request: waits for its turn, sends it, and sends it again where that can help. */
export class Sender {
  readonly #transport: Transport
  readonly #budget: RateBudget
  readonly #observer: Observer
  readonly #turns: Turns
  readonly #allowance = new RetryAllowance()
  readonly #maxRetries: number
  readonly #shared: SharedTurns | undefined

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
    this.#shared =
      options.sharedBudget && new SharedTurns(options.sharedBudget, this.#turns, options.maxConcurrency)
  }

  send<T>(delivery: Delivery<T>, call: Call): Promise<T> {
    return this.#observer.watch(delivery.content ?? {}, (watch) => this.#deliver(delivery, call, watch))
  }

  async #deliver<T>(delivery: Delivery<T>, call: Call, watch: RequestWatch): Promise<T> {
    const account = this.#budget.account(delivery.load)
    let pause: number | undefined
    let taken = 0
    for (let retry = 0; ; retry++) {
      const attempt = this.#attemptOf(delivery, call, retry)
      const turn = await this.#turnAfter(pause, delivery.load, attempt, account, call)
      if (pause !== undefined) taken++
      try {
        const result = await this.#attempt(delivery, attempt, turn, account, call, watch)
        this.#allowance.succeeded(taken)
        return result
      } catch (error) {
        if (!(error instanceof PineconeInferenceError) || call.isReason(error)) throw error
        error.attempts = retry + 1
        if (!this.#triesAgain(error, retry)) throw error
        pause = pauseAfter(error, retry)
        watch.retrying(attempt, error, pause)
      }
    }
  }

  #attemptOf(
    { request: { method, path }, load }: Delivery<unknown>,
    call: Call,
    retry: number,
  ): RequestAttempt {
    const { host } = this.#transport
    const isForModel = method === 'POST'
    return {
      method,
      path,
      host,
      attempt: retry + 1,
      callId: call.id,
      ...(isForModel ? { model: load.model } : {}),
      ...(load.inputType === undefined ? {} : { inputType: load.inputType }),
    }
  }

  /** All four endpoints only compute, so it is safe. */
  #triesAgain(error: PineconeInferenceError, retry: number): boolean {
    if (error.verdict !== 'moment' || retry >= this.#maxRetries) return false
    if (isLasting(error)) return false
    return error instanceof PineconeRateLimitError || this.#allowance.take()
  }

  /** The pause before a retry, if there is one, then its turn. A retry that is not sent goes back into the allowance. */
  async #turnAfter(
    pause: number | undefined,
    load: Load,
    { attempt }: RequestAttempt,
    account: Account,
    call: Call,
  ): Promise<Turn> {
    try {
      if (pause !== undefined) await wait(pause, call)
      return await this.#turn(load, placeOf(call.lane, attempt > 1), account, call)
    } catch (error) {
      if (pause !== undefined) this.#allowance.giveBack()
      throw error
    }
  }

  /** Waits for a slot and the budgets. Whoever is stopped until then has sent nothing, and is debited nothing. */
  async #turn(load: Load, place: Place, { budget, estimator }: Account, call: Call): Promise<Turn> {
    const amount = load.textBytes === undefined ? 1 : estimator.estimate(load.textBytes)
    const candidate = { call, budget, amount, place }
    const { enteredAt, entry } = this.#shared
      ? await this.#shared.take(candidate, load)
      : { enteredAt: await this.#turns.take(candidate), entry: undefined }
    try {
      const carrier = await this.#transport.carrier()
      call.throwIfStopped()
      return { amount, entry, carrier, enteredAt }
    } catch (error) {
      budget.withdrawn(amount, performance.now())
      entry?.failed()
      afterReactions(() => this.#turns.release())
      throw error
    }
  }

  async #attempt<T>(
    delivery: Delivery<T>,
    attempt: RequestAttempt,
    { amount, enteredAt, entry, carrier }: Turn,
    { budget, estimator }: Account,
    call: Call,
    watch: RequestWatch,
  ): Promise<T> {
    call.requestSent()
    watch.started(attempt)
    const failed = (error: unknown) => {
      const now = performance.now()
      this.#tellBudgets(error, { amount, attempt, enteredAt, now }, budget, entry)
      watch.failed(attempt, now - enteredAt, error)
      call.requestFailed()
      this.#turns.serve()
    }
    const answer = delivery.read()
    let reply: AttemptAnswer
    try {
      reply = await watch.active(() => this.#transport.send(carrier, delivery.request, answer, call))
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
      if (delivery.load.textBytes !== undefined) estimator.learn(delivery.load.textBytes, actual)
      const now = performance.now()
      budget.accepted(amount, actual, now)
      entry?.accepted(usage.totalTokens)
      watch.succeeded(attempt, now - enteredAt, usage, reply, result)
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
    const isOverBudget = error instanceof PineconeRateLimitError && !isLasting(error)
    if (isOverBudget && !entry) {
      const retryAfterMs = error.retryAfterMs || undefined
      const holdMs = retryAfterMs ?? backoff(of.attempt.attempt - 1)
      budget.refused(of.amount, { enteredAt: of.enteredAt, retryAfterMs, holdMs }, of.now)
    } else {
      // What is shared is learned where it is shared.
      budget.failed(of.now)
      if (isOverBudget) entry?.refused(error.retryAfterMs || undefined)
      else entry?.failed()
    }
  }
}

/** Milliseconds; a `Retry-After` of 0 is no hint. None after a 429: it waits for its turn like all others of its model, until the budget lets one go. */
function pauseAfter(error: unknown, retry: number): number | undefined {
  if (error instanceof PineconeRateLimitError) return undefined
  const asked = error instanceof PineconeApiError ? error.retryAfterMs : undefined
  return asked || backoff(retry)
}

/** Whether no wait that a call may be kept for can help. */
function isLasting(error: unknown): boolean {
  if (error instanceof PineconeQuotaError) return true
  return error instanceof PineconeApiError && (error.retryAfterMs ?? 0) > LONGEST_RETRY_AFTER
}
