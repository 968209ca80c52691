import type { BudgetRequest, ModelWait, SharedBudget } from '../budget/budget.js'
import { type TextLoad, TokenEstimator } from '../budget/token-estimator.js'
import { PineconeQuotaError, PineconeRateLimitError } from '../errors/api-error.js'
import { PineconeInferenceError } from '../errors/inference-error.js'
import { PineconeResponseError } from '../errors/no-answer.js'
import type { Carrier } from '../http/exchange.js'
import type { HttpRequest, Reply, Transport } from '../http/transport.js'
import { type Call, wait } from '../lifetime/call.js'
import { afterReactions } from '../lifetime/turns.js'
import type { CountedUsage, RequestAttempt } from '../observe/events.js'
import type { Observer, RequestWatch } from '../observe/observer.js'
import type { RequestContent } from '../observe/opentelemetry.js'
import type { AnswerReader } from '../wire/answer.js'
import { Queue } from './queue.js'
import { canRetry, MonthlyQuota, Refusals, type Retry, RetryAllowance, retryAfter } from './retry.js'
import type { Slot } from './slot.js'

/** What a request takes from the budget. */
export interface Load {
  readonly model: string
  /** The service counts tokens per model and input type. */
  readonly inputType?: string | undefined
  /** The texts to embed. Absent if the service counts requests instead of tokens. */
  readonly texts?: TextLoad
}

/** A request to deliver, and how to read its answer. */
export interface Delivery<T> {
  readonly request: HttpRequest
  /** Absent for a model look-up, which counts against no budget. */
  readonly load?: Load
  /** What observers are told about the request. */
  readonly content?: RequestContent
  /** Creates a reader for the answer to one attempt. */
  readonly read: () => AnswerReader<T>
  /** The usage that the service counted. */
  readonly usage?: (result: T) => CountedUsage
}

/** What is kept for each model and input type. */
interface Account {
  readonly estimator: TokenEstimator
  readonly refusals: Refusals
  /** Shared by all input types of the model. */
  readonly month: MonthlyQuota
}

/** What all requests of a client share. */
interface Shared {
  readonly transport: Transport
  readonly queue: Queue
  readonly allowance: RetryAllowance
  readonly maxRetries: number
}

/** Delivers requests: each waits for its turn, is sent, and is retried if that can help. */
export class Sender {
  readonly #shared: Shared
  readonly #observer: Observer
  readonly #accounts = new Map<string, Account>()
  readonly #months = new Map<string, MonthlyQuota>()

  constructor(
    transport: Transport,
    budget: SharedBudget,
    observer: Observer,
    { maxConcurrency, maxRetries }: { maxConcurrency: number; maxRetries: number },
  ) {
    const queue = new Queue(budget, maxConcurrency)
    this.#shared = { transport, queue, allowance: new RetryAllowance(), maxRetries }
    this.#observer = observer
  }

  /**
   * Why requests wait now, apart from waiting for a slot, and which models are not asked because their monthly quota is
   * used up.
   */
  get waiting(): readonly ModelWait[] {
    const now = performance.now()
    const notAsked = [...this.#months]
      .map(([model, month]) => ({ model, waitMs: Math.ceil(month.wait(now)) }))
      .filter(({ waitMs }) => waitMs > 0)
    return [
      ...this.#shared.queue.waiting,
      ...notAsked.map((wait) => ({ ...wait, reason: 'month used up' as const, requests: 0 })),
    ]
  }

  send<T>(delivery: Delivery<T>, call: Call): Promise<T> {
    return this.#observer.watch(delivery.content ?? {}, (watch) =>
      new Sending(this.#shared, this.#account(delivery.load), delivery, call, watch).deliver(),
    )
  }

  #account(load: Load | undefined): Account {
    const key = JSON.stringify([load?.model, load?.inputType])
    const known = this.#accounts.get(key)
    if (known) return known
    const month = (load && this.#months.get(load.model)) ?? new MonthlyQuota()
    if (load) this.#months.set(load.model, month)
    const account = { estimator: new TokenEstimator(), refusals: new Refusals(), month }
    this.#accounts.set(key, account)
    return account
  }
}

/** What an attempt needs in order to be sent. */
interface Turn {
  readonly slot: Slot
  readonly carrier: Carrier
  /** After a 429: whether other requests may go before this one is retried. */
  waitsByItself: boolean
}

/** One request and all its attempts. */
class Sending<T> {
  readonly #shared: Shared
  readonly #account: Account
  readonly #delivery: Delivery<T>
  readonly #call: Call
  readonly #watch: RequestWatch

  constructor(shared: Shared, account: Account, delivery: Delivery<T>, call: Call, watch: RequestWatch) {
    this.#shared = shared
    this.#account = account
    this.#delivery = delivery
    this.#call = call
    this.#watch = watch
  }

  async deliver(): Promise<T> {
    const { allowance, maxRetries } = this.#shared
    const { refusals } = this.#account
    let retry: Retry | undefined
    let taken = 0
    // Attempts that count towards `maxRetries`: all failures except 429s of a bulk call while nothing of the model is
    // accepted.
    let failures = 0
    for (let attempts = 1; ; attempts++) {
      const attempt = this.#attemptOf(attempts)
      const turn = await this.#turnAfter(retry, attempt)
      if (retry?.isInLine === false) taken++
      try {
        const result = await this.#send(attempt, turn)
        allowance.succeeded(taken)
        return result
      } catch (error) {
        if (!(error instanceof PineconeInferenceError) || this.#call.stopScope.hasEndedFor(error)) throw error
        error.attempts = attempts
        const isBulk = this.#call.lane === 'bulk'
        let isChance = false
        if (error instanceof PineconeRateLimitError) {
          const lasting = refusals.lastingError(error, nameOf(this.#delivery))
          if (lasting) throw lasting
          // While every request of the model is refused, a bulk job uses up no retries: a time limit ends it.
          if (!isBulk || refusals.acceptedSince(turn.slot.enteredAt)) failures++
          isChance = isBulk && refusals.mayBeChance(failures)
        } else failures++
        if (!canRetry(error, isChance ? 0 : failures, maxRetries)) throw error
        // After a 429 the budget slows everything down; retries after other failures share an allowance.
        if (!(error instanceof PineconeRateLimitError) && !allowance.take()) throw error
        retry = retryAfter(error, attempts, turn.waitsByItself)
        this.#watch.retrying(attempt, error, retry.delayMs)
      }
    }
  }

  #attemptOf(attempt: number): RequestAttempt {
    const { request, load } = this.#delivery
    const { method, path } = request
    return {
      method,
      path,
      host: this.#shared.transport.host,
      attempt,
      callId: this.#call.id,
      ...(load ? { model: load.model } : {}),
      ...(load?.inputType === undefined ? {} : { inputType: load.inputType }),
    }
  }

  /** Waits for the delay of a retry, then for a turn. A retry that is not sent goes back into the allowance. */
  async #turnAfter(retry: Retry | undefined, attempt: RequestAttempt): Promise<Turn> {
    const { isInLine = true, delayMs = 0 } = retry ?? {}
    try {
      if (!isInLine) await wait(delayMs, this.#call)
      const readyAt = isInLine && delayMs > 0 ? performance.now() + delayMs : undefined
      return await this.#turn(attempt, readyAt)
    } catch (error) {
      if (!isInLine) this.#shared.allowance.giveBack()
      throw error
    }
  }

  /** Waits for a slot and the budget. A call stopped meanwhile has sent nothing and pays nothing. */
  async #turn(attempt: RequestAttempt, readyAt: number | undefined): Promise<Turn> {
    const { estimator, month } = this.#account
    const { load } = this.#delivery
    const call = this.#call
    const refusal = month.refusal(performance.now())
    if (refusal) throw refusal
    const slot = await this.#shared.queue.take({
      call,
      request: load && budgetRequest(load, estimator),
      isRetry: attempt.attempt > 1,
      onWait: (wait) => this.#watch.waiting(attempt, wait),
      ...(readyAt === undefined ? {} : { readyAt }),
    })
    try {
      const carrier = await this.#shared.transport.carrier()
      call.stopScope.throwIfEnded()
      return { slot, carrier, waitsByItself: false }
    } catch (error) {
      slot.withdrawn()
      afterReactions(slot.release)
      throw error
    }
  }

  async #send(attempt: RequestAttempt, turn: Turn): Promise<T> {
    const { transport } = this.#shared
    const { request, read } = this.#delivery
    const { slot, carrier } = turn
    this.#call.onRequest?.('sent')
    this.#watch.started(attempt)
    const answer = read()
    let reply: Reply
    try {
      reply = await this.#watch.active(() => transport.send(carrier, request, answer, this.#call))
    } catch (error) {
      this.#failed(attempt, turn, error)
      // The call handles the error before the slot is taken: it may stop, or retry this request first.
      afterReactions(slot.release)
      throw error
    }
    // Released before the end of the answer is decoded, so that the next request is already on its way.
    const isFollowed = slot.release()
    if (isFollowed) await transport.nextOnTheWire()
    try {
      const result = answer.end(reply)
      this.#accepted(attempt, slot, reply, result)
      return result
    } catch (error) {
      if (error instanceof PineconeResponseError) error.answeredBy(reply)
      this.#failed(attempt, turn, error)
      throw error
    }
  }

  #accepted(attempt: RequestAttempt, slot: Slot, reply: Reply, result: T): void {
    const { estimator, refusals, month } = this.#account
    const { load, usage: usageOf } = this.#delivery
    const usage = usageOf?.(result) ?? {}
    if (load?.texts && usage.totalTokens !== undefined) estimator.learn(load.texts, usage.totalTokens)
    const now = performance.now()
    refusals.accepted(now)
    month.accepted()
    slot.accepted(usage.totalTokens)
    this.#watch.succeeded(attempt, now - slot.enteredAt, usage, reply, result)
  }

  #failed(attempt: RequestAttempt, turn: Turn, error: unknown): void {
    const { refusals, month } = this.#account
    const { slot } = turn
    const now = performance.now()
    if (error instanceof PineconeQuotaError && error.quota === 'month') {
      month.usedUp(error, now)
      // Requests that wait for the model fail too, once this one's call has handled its error.
      const model = this.#delivery.load?.model
      const { queue } = this.#shared
      if (model) afterReactions(() => queue.turnAway(model, () => month.refusal(performance.now())))
    }
    if (error instanceof PineconeRateLimitError && !(error instanceof PineconeQuotaError)) {
      refusals.refused(slot.enteredAt, now)
      turn.waitsByItself = slot.refused(error.retryAfterMs || undefined)
    } else {
      slot.failed()
    }
    this.#watch.failed(attempt, now - slot.enteredAt, error)
    this.#call.onRequest?.('failed')
  }
}

function budgetRequest({ model, inputType, texts }: Load, estimator: TokenEstimator): BudgetRequest {
  return {
    model,
    ...(inputType === undefined ? {} : { inputType }),
    ...(texts === undefined ? {} : { tokens: estimator.estimate(texts) }),
  }
}

/** What the service counts a request against, for error messages. */
function nameOf({ request, load }: Pick<Delivery<unknown>, 'request' | 'load'>): string {
  if (!load) return `${request.method} ${request.path}`
  return load.inputType === undefined ? load.model : `${load.model} (${load.inputType})`
}
