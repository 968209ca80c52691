import type { Channel } from 'node:diagnostics_channel'
import type { BudgetWait } from '../budget/budget.js'

/** One attempt to send a request. The events of an attempt carry the same object. */
export interface RequestAttempt {
  readonly method: 'GET' | 'POST'
  /** Without the base URL's own path: `/embed`. */
  readonly path: string
  /** Where it is sent: `api.pinecone.io`, with the port unless it is that of https. */
  readonly host: string
  /** Absent for a look-up of models. */
  readonly model?: string
  readonly inputType?: string
  /** 1 for the first. */
  readonly attempt: number
  /**
   * The same for all requests and attempts of one call of this client (`embedAll`, say); numbered within this process.
   */
  readonly callId: number
}

/** What the service counted for a request. */
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
  /** What the service counted; absent after a failure. */
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
  /** Why the attempt failed, and another follows. */
  readonly error: unknown
  /** Milliseconds until then; absent where, after a 429, the budget says when. */
  readonly delayMs?: number
  /** HTTP status of the answer; absent if there was none. */
  readonly status?: number
  /** The service's id of the request, if its answer had one. */
  readonly requestId?: string
}

export interface RequestWaitEvent {
  readonly request: RequestAttempt
  /** Why the request waits, and how long, as far as was known when that began. */
  readonly wait: BudgetWait
  /** What ended the wait without the request being sent, the reason of an abort for one; absent where a wait begins. */
  readonly error?: unknown
}

type Listener = Parameters<Channel['subscribe']>[0]

/** As much of a `node:diagnostics_channel` as the client uses. */
type EventChannel = Pick<Channel, 'name' | 'hasSubscribers' | 'subscribe' | 'publish'>

/** The diagnostics channel of that name; without Node's channels, one that only this module knows. */
export function channelOf(name: string): EventChannel {
  return diagnosticsChannels()?.channel(name) ?? new LocalChannel(name)
}

function diagnosticsChannels() {
  try {
    return globalThis.process?.getBuiltinModule?.('node:diagnostics_channel')
  } catch {
    // Next.js throws where its edge runtime has none of Node's functions.
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
   * Once for each attempt that waits, other than for one of the client's slots, and again when the reason changes, or it
   * ends without being sent.
   */
  wait: channelOf('pinecone-inference:request:wait'),
}

/**
 * Tells a listener about an answer. The answer is paid for, so it must not be lost if the listener throws or rejects:
 * that becomes a warning.
 */
export function tell(listener: () => unknown): void {
  const told = async () => listener()
  told().catch((error: unknown) => {
    const warning = error instanceof Error ? error : String(error)
    if (globalThis.process) process.emitWarning(warning)
    else console.warn(warning)
  })
}
