import type { CallResponse } from '../api/call-options.js'
import { onAbortOf } from './abort-listeners.js'

/** What a call sends: single requests, or the batches of a bulk job, which give way to them. */
export type Lane = 'single' | 'bulk'

type Listener = (reason: unknown) => void

interface CallSettings {
  signal?: AbortSignal | undefined
  timeout: number
  headers?: Readonly<Record<string, string>> | undefined
  onResponse?: ((response: CallResponse) => void) | undefined
}

let calls = 0

/**
 * One public call: its signal, its timeout, and whether it still wants anything sent.
 *
 * It listens to the caller's signal once, however many requests the call makes, and no more after `end()`; so a
 * long-lived signal gathers nothing.
 */
export class Call {
  /** Shared by its parts. */
  id = ++calls
  readonly timeout: number
  /** Over those of the client. */
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly onResponse: ((response: CallResponse) => void) | undefined
  /** A bulk call says so once it has more than one batch. */
  lane: Lane = 'single'
  #stopListening: (() => void) | undefined
  /** Requests on the wire and answered ones. */
  #paidFor = 0
  #onFailedRequest: (() => void) | undefined
  readonly #onAbort = new Set<Listener>()
  readonly #onStop = new Set<Listener>()
  #stopped: { reason: unknown } | undefined
  #aborted: { reason: unknown } | undefined

  constructor(options: CallSettings) {
    options.signal?.throwIfAborted()
    this.timeout = options.timeout
    this.headers = options.headers && { ...options.headers }
    this.onResponse = options.onResponse
    const { signal } = options
    this.#stopListening = signal && onAbortOf(signal, () => this.#cancel(signal.reason))
  }

  /**
   * A batch of this call: it is stopped and aborted with the call, and can be stopped alone. Call its `end()` when it is
   * over. `onFailedRequest` is called when a request of it has failed, before another attempt waits.
   */
  part(onFailedRequest?: () => void): Call {
    const { timeout, headers, onResponse } = this
    const part = new Call({ timeout, headers, onResponse })
    part.id = this.id
    part.lane = this.lane
    part.#onFailedRequest = onFailedRequest
    const listening = [
      this.onStop((reason) => part.stop(reason)),
      this.onAbort((reason) => part.#cancel(reason)),
    ]
    part.#stopListening = () => {
      for (const stopListening of listening) stopListening()
    }
    return part
  }

  /** Ends whatever the call has under way, on the wire too. */
  #cancel(reason: unknown): void {
    this.#aborted ??= { reason }
    this.stop(reason)
    for (const listener of [...this.#onAbort]) listener(reason)
  }

  /**
   * Starts nothing more: waits end, no attempt follows. A request on the wire is left to finish, because
   * it is paid for.
   */
  stop(reason: unknown): void {
    if (this.#stopped) return
    this.#stopped = { reason }
    for (const listener of [...this.#onStop]) listener(reason)
  }

  get stopped(): boolean {
    return this.#stopped !== undefined
  }

  /** Whether to stop it would throw away what the service is paid for. */
  get isPaidFor(): boolean {
    return this.#paidFor > 0
  }

  requestSent(): void {
    this.#paidFor++
  }

  requestFailed(): void {
    this.#paidFor--
    this.#onFailedRequest?.()
  }

  /** Throws the reason if the call was stopped or aborted. */
  throwIfStopped(): void {
    if (this.#stopped) throw this.#stopped.reason
  }

  /** Whether this is why the call was stopped or aborted: it is someone else's, another call's error perhaps. */
  isReason(error: unknown): boolean {
    return this.#stopped !== undefined && this.#stopped.reason === error
  }

  /** Whether this is what the caller aborted with. */
  isAbortReason(error: unknown): boolean {
    return this.#aborted !== undefined && this.#aborted.reason === error
  }

  /** Throws the reason if the call was aborted. */
  throwIfAborted(): void {
    if (this.#aborted) throw this.#aborted.reason
  }

  /** Calls back once on an abort; returns how to take the listener away. Throws if nothing may start any more. */
  onAbort(listener: Listener): () => void {
    return this.#subscribe(this.#onAbort, listener)
  }

  /** Calls back once on a stop or an abort; otherwise as `onAbort`. */
  onStop(listener: Listener): () => void {
    return this.#subscribe(this.#onStop, listener)
  }

  /** Aborts what is left on the wire, for a consumer that wants no more. */
  abandon(reason: unknown): void {
    this.#cancel(reason)
    this.end()
  }

  /** The call is over: lets go of the caller's signal. */
  end(): void {
    this.#stopListening?.()
  }

  #subscribe(listeners: Set<Listener>, listener: Listener): () => void {
    this.throwIfStopped()
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
}

/** Waits `milliseconds`, or rejects with the reason as soon as the call is stopped. */
export function wait(milliseconds: number, call: Call): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopListening = call.onStop((reason) => {
      clearTimeout(timer)
      stopListening()
      reject(reason)
    })
    const timer = setTimeout(() => {
      stopListening()
      resolve()
    }, milliseconds)
  })
}

/** Why a call, or a part of it, was stopped that is to end early, but not to fail. */
export const DRAINED = Symbol('drained')

/** Stops the call once the signal aborts; returns how to take the listener away. */
export function drainOn(signal: AbortSignal | undefined, call: Call): () => void {
  if (!signal) return () => {}
  if (signal.aborted) call.stop(DRAINED)
  return onAbortOf(signal, () => call.stop(DRAINED))
}

/** Whether this is no failure, but the early end that was asked for. */
export function isDrained(error: unknown): boolean {
  return error === DRAINED
}
