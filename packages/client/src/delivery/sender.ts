import type { BudgetRequest, ModelWait, SharedBudget } from '../budget/budget.js'
import { type TextLoad, TokenEstimator } from '../budget/token-estimator.js'
import { PineconeQuotaError, PineconeRateLimitError } from '../errors/api-error.js'
import { PineconeInferenceError } from '../errors/inference-error.js'
import { PineconeResponseError } from '../errors/no-answer.js'
import type { Carrier } from '../http/exchange.js'
import type { HttpRequest, Reply, Transport } from '../http/transport.js'
import { afterReactions } from '../lifetime/after-reactions.js'
import { type Call, wait } from '../lifetime/call.js'
import type { CountedUsage, RequestAttempt } from '../observe/events.js'
import type { Observer, RequestWatch } from '../observe/observer.js'
import type { RequestContent } from '../observe/opentelemetry.js'
import type { AnswerReader } from '../wire/answer.js'
import { Queue } from './queue.js'
import { canRetry, Month, Refusals, type Retry, RetryAllowance, retryAfter } from './retry.js'
import type { Slot } from './slot.js'

/** What a request will draw from the budget. */
export interface Load {
  readonly model: string
  /** The service counts tokens per model and input type. */
  readonly inputType?: string | undefined
  /** The texts to embed. Absent for what counts as one request. */
  readonly texts?: TextLoad
}

/** A request to deliver, and how its answer is read. */
export interface Delivery<T> {
  readonly request: HttpRequest
  /** Absent for a look-up of models, which draws on no budget. */
  readonly load?: Load
  /** What observers are told about it. */
  readonly content?: RequestContent
  /** Makes a reader for the answer of one attempt. */
  read(): AnswerReader<T>
  /** What the service counted. */
  usage?(result: T): CountedUsage
}

/** What is remembered for each model and input type. */
interface Account {
  readonly estimator: TokenEstimator
  readonly refusals: Refusals
  /** One for all input types of the model. */
  readonly month: Month
}

/** What an attempt is sent with. */
interface Turn {
  readonly slot: Slot
  readonly carrier: Carrier
  /** After a 429: whether others may go before this request asks again. */
  waitsByItself: boolean
}

/** Delivers one request: waits for its turn, sends it, and sends it again where that can help. */
export class Sender {
  readonly #transport: Transport
  readonly #observer: Observer
  readonly #queue: Queue
  readonly #accounts = new Map<string, Account>()
  readonly #months = new Map<string, Month>()
  readonly #allowance = new RetryAllowance()
  readonly #maxRetries: number

  constructor(
    transport: Transport,
    budget: SharedBudget,
    observer: Observer,
    options: { maxConcurrency: number; maxRetries: number },
  ) {
    this.#transport = transport
    this.#observer = observer
    this.#queue = new Queue(budget, options.maxConcurrency)
    this.#maxRetries = options.maxRetries
  }

  /** Why requests wait for their budget now, and which models are not asked because their month's quota is used up. */
  get waiting(): readonly ModelWait[] {
    const now = performance.now()
    const notAsked = [...this.#months]
      .map(([model, month]) => ({ model, waitMs: Math.ceil(month.wait(now)) }))
      .filter(({ waitMs }) => waitMs > 0)
    return [
      ...this.#queue.waiting,
      ...notAsked.map((wait) => ({ ...wait, reason: 'month used up' as const, requests: 0 })),
    ]
  }

  send<T>(delivery: Delivery<T>, call: Call): Promise<T> {
    return this.#observer.watch(delivery.content ?? {}, (watch) => this.#deliver(delivery, call, watch))
  }

  async #deliver<T>(delivery: Delivery<T>, call: Call, watch: RequestWatch): Promise<T> {
    const account = this.#account(delivery.load)
    let retry: Retry | undefined
    let taken = 0
    // Attempts that failed while the service accepted other requests of the model.
    let failures = 0
    for (let attempts = 1; ; attempts++) {
      const attempt = this.#attemptOf(delivery, call, attempts)
      const turn = await this.#turnAfter(retry, delivery.load, attempt, account, call, watch)
      if (retry?.isInLine === false) taken++
      try {
        const result = await this.#attempt(delivery, attempt, turn, account, call, watch)
        this.#allowance.succeeded(taken)
        return result
      } catch (error) {
        if (!(error instanceof PineconeInferenceError) || call.stopScope.hasEndedFor(error)) throw error
        error.attempts = attempts
        if (error instanceof PineconeRateLimitError) {
          const lasting = account.refusals.lastingError(error, nameOf(delivery))
          if (lasting) throw lasting
          // While everything of the model is refused, a bulk job spends no retries: it ends by time.
          if (call.lane === 'single' || account.refusals.isPassed(turn.slot.enteredAt)) failures++
        } else failures++
        const areChance =
          call.lane === 'bulk' &&
          error instanceof PineconeRateLimitError &&
          account.refusals.areChance(failures)
        if (!canRetry(error, areChance ? 0 : failures, this.#maxRetries)) throw error
        // After a 429 the budget slows everything down; other failures are capped together.
        if (!(error instanceof PineconeRateLimitError) && !this.#allowance.take()) throw error
        retry = retryAfter(error, attempts, turn.waitsByItself)
        watch.retrying(attempt, error, retry.delayMs)
      }
    }
  }

  #account(load: Load | undefined): Account {
    const key = JSON.stringify([load?.model, load?.inputType])
    const known = this.#accounts.get(key)
    if (known) return known
    const month = (load && this.#months.get(load.model)) ?? new Month()
    if (load) this.#months.set(load.model, month)
    const account = { estimator: new TokenEstimator(), refusals: new Refusals(), month }
    this.#accounts.set(key, account)
    return account
  }

  #attemptOf(
    { request: { method, path }, load }: Delivery<unknown>,
    call: Call,
    attempt: number,
  ): RequestAttempt {
    const { host } = this.#transport
    return {
      method,
      path,
      host,
      attempt,
      callId: call.id,
      ...(load ? { model: load.model } : {}),
      ...(load?.inputType === undefined ? {} : { inputType: load.inputType }),
    }
  }

  /** Its turn, after the delay of a retry. A retry that is not sent goes back into the allowance. */
  async #turnAfter(
    retry: Retry | undefined,
    load: Load | undefined,
    attempt: RequestAttempt,
    account: Account,
    call: Call,
    watch: RequestWatch,
  ): Promise<Turn> {
    const { isInLine = true, delayMs = 0 } = retry ?? {}
    try {
      if (!isInLine) await wait(delayMs, call)
      const readyAt = isInLine && delayMs > 0 ? performance.now() + delayMs : undefined
      return await this.#turn(load, attempt, readyAt, account, call, watch)
    } catch (error) {
      if (!isInLine) this.#allowance.giveBack()
      throw error
    }
  }

  /** Waits for a slot and the budget. A call that is stopped before then has sent nothing, and pays nothing. */
  async #turn(
    load: Load | undefined,
    attempt: RequestAttempt,
    readyAt: number | undefined,
    { estimator, month }: Account,
    call: Call,
    watch: RequestWatch,
  ): Promise<Turn> {
    const refusal = month.refusal(performance.now())
    if (refusal) throw refusal
    const request = load && budgetRequest(load, estimator)
    const isRetry = attempt.attempt > 1
    const slot = await this.#queue.take({
      call,
      request,
      isRetry,
      onWait: (wait) => watch.waiting(attempt, wait),
      ...(readyAt === undefined ? {} : { readyAt }),
    })
    try {
      const carrier = await this.#transport.carrier()
      call.stopScope.throwIfEnded()
      return { slot, carrier, waitsByItself: false }
    } catch (error) {
      slot.withdrawn()
      afterReactions(slot.release)
      throw error
    }
  }

  async #attempt<T>(
    delivery: Delivery<T>,
    attempt: RequestAttempt,
    turn: Turn,
    { estimator, refusals, month }: Account,
    call: Call,
    watch: RequestWatch,
  ): Promise<T> {
    const { slot, carrier } = turn
    const { enteredAt } = slot
    call.onRequest?.('sent')
    watch.started(attempt)
    const failed = (error: unknown) => {
      const now = performance.now()
      if (error instanceof PineconeQuotaError && error.quota === 'month') {
        month.usedUp(error, now)
        // What waits to ask the model ends with this request, once its own call has been told.
        const model = delivery.load?.model
        if (model) afterReactions(() => this.#queue.turnAway(model, () => month.refusal(performance.now())))
      }
      if (error instanceof PineconeRateLimitError && !(error instanceof PineconeQuotaError)) {
        refusals.refused(enteredAt, now)
        turn.waitsByItself = slot.refused(error.retryAfterMs || undefined)
      } else {
        slot.failed()
      }
      watch.failed(attempt, now - enteredAt, error)
      call.onRequest?.('failed')
    }
    const answer = delivery.read()
    let reply: Reply
    try {
      reply = await watch.active(() => this.#transport.send(carrier, delivery.request, answer, call))
    } catch (error) {
      failed(error)
      // Nobody takes the slot before the call has been told: it may stop, or retry this request first.
      afterReactions(slot.release)
      throw error
    }
    // Freed before the answer's end is decoded, so that the next request is on its way meanwhile.
    const isFollowed = slot.release()
    if (isFollowed) await this.#transport.nextOnTheWire()
    try {
      const result = answer.end(reply)
      const usage = delivery.usage?.(result) ?? {}
      const texts = delivery.load?.texts
      if (texts && usage.totalTokens !== undefined) {
        estimator.learn(texts, usage.totalTokens)
      }
      const now = performance.now()
      refusals.accepted(now)
      month.accepted()
      slot.accepted(usage.totalTokens)
      watch.succeeded(attempt, now - enteredAt, usage, reply, result)
      return result
    } catch (error) {
      if (error instanceof PineconeResponseError) error.answeredBy(reply)
      failed(error)
      throw error
    }
  }
}

function budgetRequest({ model, inputType, texts }: Load, estimator: TokenEstimator): BudgetRequest {
  return {
    model,
    ...(inputType === undefined ? {} : { inputType }),
    ...(texts === undefined ? {} : { tokens: estimator.estimate(texts) }),
  }
}

/** What the service counts a request for, in an error. */
function nameOf({ request, load }: Delivery<unknown>): string {
  if (!load) return `${request.method} ${request.path}`
  return load.inputType === undefined ? load.model : `${load.model} (${load.inputType})`
}
