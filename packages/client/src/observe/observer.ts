import type { BudgetWait } from '../budget/budget.js'
import { counted } from '../errors/as-written.js'
import { PineconeResponseError } from '../errors/no-answer.js'
import { type CountedUsage, channels, type RequestAttempt, tell } from './events.js'
import type { AnswerFacts, OpenTelemetry, RequestContent, RequestSpan } from './opentelemetry.js'

/** Tells listeners what is sent and how it ends. */
export class Observer {
  readonly #meter: UsageMeter | undefined
  readonly #telemetry: () => Promise<OpenTelemetry | undefined> | undefined

  constructor(
    onUsage: ((report: UsageReport) => void) | undefined,
    telemetry: () => Promise<OpenTelemetry | undefined> | undefined = () => undefined,
  ) {
    this.#meter = onUsage && new UsageMeter(onUsage)
    this.#telemetry = telemetry
  }

  /** Watches one request and all its attempts. */
  async watch<T>(content: RequestContent, deliver: (watch: RequestWatch) => Promise<T>): Promise<T> {
    const watch = new RequestWatch(content, this.#meter, await this.#telemetry())
    try {
      const result = await deliver(watch)
      watch.end()
      return result
    } catch (thrown) {
      watch.end({ thrown })
      throw thrown
    }
  }
}

/** What came back for an attempt, besides its result. */
export interface AttemptAnswer {
  readonly status: number
  readonly requestId: string | undefined
}

export class RequestWatch {
  readonly #content: RequestContent
  readonly #meter: UsageMeter | undefined
  readonly #telemetry: OpenTelemetry | undefined
  #span: RequestSpan | undefined
  #facts: AnswerFacts = {}
  /** Set while it waits. */
  #waiting: { readonly request: RequestAttempt; readonly wait: BudgetWait } | undefined

  constructor(content: RequestContent, meter: UsageMeter | undefined, telemetry: OpenTelemetry | undefined) {
    this.#content = content
    this.#meter = meter
    this.#telemetry = telemetry
  }

  started(request: RequestAttempt): void {
    this.#waiting = undefined
    this.#span ??= this.#telemetry?.begin(request, this.#content)
    if (channels.start.hasSubscribers) channels.start.publish({ request })
    if (debug.enabled) {
      const { batchSize } = this.#content
      debug.log(`${titleOf(request)}${batchSize === undefined ? '' : `: ${counted(batchSize, 'input')}`}`)
    }
  }

  /** Runs the code that sends, so that spans of the HTTP client become children of the request's. */
  active<T>(send: () => T): T {
    return this.#span ? this.#span.active(send) : send()
  }

  succeeded(
    request: RequestAttempt,
    latencyMs: number,
    usage: CountedUsage,
    { status, requestId }: AttemptAnswer,
    result: unknown,
  ): void {
    this.#facts = { ...usage, status, requestId, ...factsOf(result) }
    if (request.model) this.#meter?.count(request.model, this.#facts.model ?? request.model, usage)
    if (channels.end.hasSubscribers) {
      channels.end.publish({ request, latencyMs, usage, status, ...(requestId ? { requestId } : {}) })
    }
    if (debug.enabled) {
      const counted = Object.entries(usage).map(([unit, count]) => `, ${count} ${unit}`)
      debug.log(`${titleOf(request)}: ${status} in ${ms(latencyMs)}${counted.join('')}${idOf(requestId)}`)
    }
  }

  failed(request: RequestAttempt, latencyMs: number, error: unknown): void {
    const facts = factsOfError(error)
    this.#facts = facts
    if (channels.end.hasSubscribers) channels.end.publish({ request, latencyMs, error, ...facts })
    if (debug.enabled)
      debug.log(`${titleOf(request)}: ${kindOf(error)} after ${ms(latencyMs)}${idOf(facts.requestId)}`)
  }

  /** Another attempt follows: after `delayMs` or, if that is undefined, as soon as the budget allows it. */
  retrying(request: RequestAttempt, error: unknown, delayMs: number | undefined): void {
    this.#span?.retrying(request.attempt, delayMs, error)
    if (channels.retry.hasSubscribers) {
      const delay = delayMs === undefined ? {} : { delayMs }
      channels.retry.publish({ request, error, ...delay, ...factsOfError(error) })
    }
    if (debug.enabled) {
      const when = delayMs === undefined ? 'when the budget allows it' : `in ${ms(delayMs)}`
      debug.log(`${titleOf(request)}: retry ${when}, after ${kindOf(error)}`)
    }
  }

  /** It has to wait for something other than one of the client's slots. */
  waiting(request: RequestAttempt, wait: BudgetWait): void {
    this.#waiting = { request, wait }
    if (channels.wait.hasSubscribers) channels.wait.publish({ request, wait })
    if (debug.enabled) debug.log(`${titleOf(request)}: waits ${ms(wait.waitMs)}, ${reasonOf(wait)}`)
  }

  end(error?: { readonly thrown: unknown }): void {
    if (error && this.#waiting) {
      const { request, wait } = this.#waiting
      if (channels.wait.hasSubscribers) channels.wait.publish({ request, wait, error: error.thrown })
      if (debug.enabled) {
        const why = `${reasonOf(wait)}, ${ms(wait.waitMs)} when it began`
        debug.log(`${titleOf(request)}: ended while waiting (${why}): ${kindOf(error.thrown)}`)
      }
    }
    this.#span?.end(this.#facts, error)
  }
}

/** All requests of a call share its id. */
function titleOf({ callId, method, path, model, attempt }: RequestAttempt): string {
  return `call ${callId}: ${method} ${path}${model ? ` ${model}` : ''}, attempt ${attempt}`
}

const reasonOf = ({ reason, atATime }: BudgetWait) =>
  atATime === undefined ? reason : `${reason} of ${atATime}`
const ms = (time: number) => `${Math.round(time)} ms`
const idOf = (requestId: string | undefined) => (requestId ? `, request id ${requestId}` : '')

/** Without its message, which may quote a text that was sent. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an abort'
  const { status } = factsOfError(error)
  const code = 'code' in error && error.code ? ` ${error.code}` : ''
  const reason = error instanceof PineconeResponseError ? ` (${error.reason})` : ''
  return `${error.name}${status === undefined ? '' : ` ${status}`}${code}${reason}`
}

function factsOfError(error: unknown): { status?: number; requestId?: string } {
  if (!(error instanceof Error)) return {}
  const { status, requestId } = error as { status?: unknown; requestId?: unknown }
  return {
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof requestId === 'string' ? { requestId } : {}),
  }
}

/** The model that served a request, and how long its vectors are. */
function factsOf(result: unknown): AnswerFacts {
  const { model, data } = Object(result) as { model?: unknown; data?: unknown }
  const first = Array.isArray(data) ? (Object(data[0]) as { values?: ArrayLike<number> }) : {}
  return {
    ...(typeof model === 'string' ? { model } : {}),
    ...(first.values ? { dimension: first.values.length } : {}),
  }
}

/** The usage that the service counted for one request, from its answer's `usage`, and this client's total so far. */
export interface UsageReport {
  /** The model that served the request, as the answer names it. */
  readonly model: string
  /** The requested model; the service may serve a retired one with its successor. */
  readonly requestedModel: string
  /** Tokens of an embed request; 0 for a rerank request, or if the answer does not say. */
  readonly totalTokens: number
  /** Rerank units of a rerank request; 0 for an embed request, or if the answer does not say. */
  readonly rerankUnits: number
  /** The sums over all models since the client was created, this request included. */
  readonly total: {
    /** Embed and rerank requests that were answered, without those that failed. */
    readonly requests: number
    readonly totalTokens: number
    readonly rerankUnits: number
  }
}

/** Adds up the usage and calls `onUsage`. */
export class UsageMeter {
  readonly #onUsage: (report: UsageReport) => void
  #total = { requests: 0, totalTokens: 0, rerankUnits: 0 }

  constructor(onUsage: (report: UsageReport) => void) {
    this.#onUsage = onUsage
  }

  count(requestedModel: string, model: string, usage: CountedUsage): void {
    const { totalTokens = 0, rerankUnits = 0 } = usage
    this.#total = {
      requests: this.#total.requests + 1,
      totalTokens: this.#total.totalTokens + totalTokens,
      rerankUnits: this.#total.rerankUnits + rerankUnits,
    }
    tell(() => this.#onUsage({ model, requestedModel, totalTokens, rerankUnits, total: this.#total }))
  }
}

/**
 * Writes a line to standard error if `NODE_DEBUG` names `pinecone-inference` (`util.debuglog` of Node.js, which its own
 * modules use too: `NODE_DEBUG=pinecone-inference,undici`). Never writes a text that is sent, or the words of an
 * answer.
 */
const debug: { readonly enabled: boolean; log(line: string): void } = debugLog()

function debugLog() {
  try {
    const log = globalThis.process?.getBuiltinModule?.('node:util')?.debuglog('pinecone-inference')
    if (log) return { enabled: log.enabled, log: (line: string) => log('%s', line) }
  } catch {
    // Next.js throws here in its edge runtime, and Deno if --allow-env does not name NODE_DEBUG.
  }
  return { enabled: false, log() {} }
}
