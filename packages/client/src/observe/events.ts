import type { Channel } from 'node:diagnostics_channel'
import type { BudgetWait } from '../budget/budget.js'

/** One attempt to send a request. The events of an attempt carry the same object. */
export interface RequestAttempt {
  readonly method: 'GET' | 'POST'
  /** Without the base URL's own path: `/embed`. */
  readonly path: string
  /** Where it is sent: `api.pinecone.io`, with the port unless it is 443. */
  readonly host: string
  /** Absent for a model look-up. */
  readonly model?: string
  readonly inputType?: string
  /** 1 for the first. */
  readonly attempt: number
  /**
   * The same for all requests and attempts of one call of this client, such as `embedAll`; numbered within this
   * process.
   */
  readonly callId: number
}

/** The usage that the service counted for a request. */
export interface CountedUsage {
  readonly totalTokens?: number
  readonly rerankUnits?: number
}

export interface RequestStartEvent {
  readonly request: RequestAttempt
}

export interface RequestEndEvent {
  readonly request: RequestAttempt
  /** Milliseconds from sending to the checked answer, or to the failure. */
  readonly latencyMs: number
  /** The usage that the service counted; absent after a failure. */
  readonly usage?: CountedUsage
  /** Why the attempt failed; absent after a success. */
  readonly error?: unknown
  /** HTTP status of the answer; absent if there was none. */
  readonly status?: number
  /** The service's id of the request, if its answer had one. */
  readonly requestId?: string
}

export interface RequestRetryEvent {
  readonly request: RequestAttempt
  /** Why the attempt failed; another one follows. */
  readonly error: unknown
  /** Milliseconds until the next attempt; absent if, after a 429, the budget decides when. */
  readonly delayMs?: number
  /** HTTP status of the answer; absent if there was none. */
  readonly status?: number
  /** The service's id of the request, if its answer had one. */
  readonly requestId?: string
}

export interface RequestWaitEvent {
  readonly request: RequestAttempt
  /** Why the request waits and how long, as far as was known when the wait began. */
  readonly wait: BudgetWait
  /** What ended the wait before the request was sent, such as the reason of an abort; absent when a wait begins. */
  readonly error?: unknown
}

type Listener = Parameters<Channel['subscribe']>[0]

/** The part of `node:diagnostics_channel` that the client uses. */
type EventChannel = Pick<Channel, 'name' | 'hasSubscribers' | 'subscribe' | 'publish'>

/** The diagnostics channel of that name; without Node's channels, one that only this module knows. */
export function channelOf(name: string): EventChannel {
  return diagnosticsChannels()?.channel(name) ?? new LocalChannel(name)
}

function diagnosticsChannels() {
  try {
    return globalThis.process?.getBuiltinModule?.('node:diagnostics_channel')
  } catch {
    // Next.js throws if its edge runtime has none of Node's functions.
    return undefined
  }
}

class LocalChannel implements EventChannel {
  readonly name: string
  readonly #listeners: Listener[] = []

  constructor(name: string) {
    this.name = name
  }

  get hasSubscribers(): boolean {
    return this.#listeners.length > 0
  }

  subscribe(listener: Listener): void {
    this.#listeners.push(listener)
  }

  publish(event: unknown): void {
    for (const listener of this.#listeners) listener(event, this.name)
  }
}

/**
 * The client's `node:diagnostics_channel`s.
 *
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel'
 * subscribe('pinecone-inference:request:end', (event) => log((event as RequestEndEvent).latencyMs))
 * ```
 */
export const channels = {
  start: channelOf('pinecone-inference:request:start'),
  end: channelOf('pinecone-inference:request:end'),
  retry: channelOf('pinecone-inference:request:retry'),
  /**
   * Once for each attempt that waits for anything but one of the client's slots; again when the reason changes, and
   * when the wait ends without the request being sent.
   */
  wait: channelOf('pinecone-inference:request:wait'),
}

/**
 * Calls a listener about an answer. The answer is paid for and must not be lost if the listener throws or rejects: the
 * error becomes a warning.
 */
export function tell(listener: () => unknown): void {
  const told = async () => listener()
  told().catch((error: unknown) => {
    const warning = error instanceof Error ? error : String(error)
    if (globalThis.process) process.emitWarning(warning)
    else console.warn(warning)
  })
}
