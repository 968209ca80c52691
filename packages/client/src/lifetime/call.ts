import type { CallResponse } from '../api/call-options.js'

/** A call sends single requests, or the batches of a bulk job, which let single requests go first. */
export type Lane = 'single' | 'bulk'

interface CallSettings {
  signal?: AbortSignal | undefined
  timeout: number
  headers?: Readonly<Record<string, string>> | undefined
  onResponse?: ((response: CallResponse) => void) | undefined
  /** Called when a request of the call is put on the wire, and when it fails, before a retry waits. */
  onRequest?: ((what: 'sent' | 'failed') => void) | undefined
}

let calls = 0

/**
 * One public call, or one batch of a bulk call. It can end early in two ways. When it is stopped, nothing more starts,
 * but a request on the wire finishes, because it is paid for. When it is aborted, that request is aborted too.
 *
 * It adds one listener to the caller's signal, however many requests it makes, and removes it in `end()`. A long-lived
 * signal thus collects no listeners.
 */
export class Call {
  /** Shared by a call and its parts. */
  id = ++calls
  readonly timeout: number
  /** Override the client's headers. */
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly onResponse: ((response: CallResponse) => void) | undefined
  readonly onRequest: ((what: 'sent' | 'failed') => void) | undefined
  /** A bulk call sets this once it has more than one batch. */
  lane: Lane = 'single'
  /** Work may start until this scope ends. */
  readonly stopScope = new Scope()
  /** Work that has started may finish until this scope ends, which is never before `stopScope` does. */
  readonly abortScope = new Scope()
  readonly #stopListening: (() => void)[] = []

  constructor({ signal, timeout, headers, onResponse, onRequest }: CallSettings) {
    signal?.throwIfAborted()
    this.timeout = timeout
    this.headers = headers && { ...headers }
    this.onResponse = onResponse
    this.onRequest = onRequest
    if (signal) this.#stopListening.push(onAbortOf(signal, () => this.abort(signal.reason)))
  }

  /** A batch of this call: stopped and aborted with it, or alone. Call its `end()` when it is done. */
  part(onRequest?: CallSettings['onRequest']): Call {
    const { timeout, headers, onResponse } = this
    const part = new Call({ timeout, headers, onResponse, onRequest })
    part.id = this.id
    part.lane = this.lane
    part.#stopListening.push(
      this.stopScope.onEnd((reason) => part.stop(reason)),
      this.abortScope.onEnd((reason) => part.abort(reason)),
    )
    return part
  }

  /** Starts nothing more: waits end, and no attempt follows. */
  stop(reason: unknown): void {
    this.stopScope.end(reason)
  }

  /** Ends everything that is under way, on the wire too. */
  abort(reason: unknown): void {
    this.stopScope.end(reason)
    this.abortScope.end(reason)
  }

  /** Removes the listener from the caller's signal. */
  end(): void {
    for (const stopListening of this.#stopListening) stopListening()
  }
}

/** Ends at most once, with a reason, and tells its listeners. */
class Scope {
  #end: { readonly reason: unknown } | undefined
  readonly #listeners = new Set<(reason: unknown) => void>()

  get hasEnded(): boolean {
    return this.#end !== undefined
  }

  /** Whether it ended with this reason, which may be another call's error. */
  hasEndedFor(reason: unknown): boolean {
    return this.#end !== undefined && this.#end.reason === reason
  }

  /** Throws the reason if it has ended. */
  throwIfEnded(): void {
    if (this.#end) throw this.#end.reason
  }

  end(reason: unknown): void {
    if (this.#end) return
    this.#end = { reason }
    for (const listener of [...this.#listeners]) listener(reason)
  }

  /** Calls `listener` when it ends; returns a function that removes it. Throws the reason if it has already ended. */
  onEnd(listener: (reason: unknown) => void): () => void {
    this.throwIfEnded()
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

/** Waits for `milliseconds`; rejects with the reason as soon as the call is stopped. */
export function wait(milliseconds: number, call: Call): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopListening = call.stopScope.onEnd((reason) => {
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

/** The reason of a call, or of a part, that is stopped early but does not fail. */
export const DRAINED = Symbol('drained')

/** Stops the call when the signal aborts; returns a function that removes the listener. */
export function drainOn(signal: AbortSignal | undefined, call: Call): () => void {
  if (!signal) return () => {}
  if (signal.aborted) call.stop(DRAINED)
  return onAbortOf(signal, () => call.stop(DRAINED))
}

const listeners = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls `listener` when the signal aborts; returns a function that removes it. However many there are, the signal
 * itself holds one listener of ours, and none once all are removed: Node.js warns of more than ten.
 */
export function onAbortOf(signal: AbortSignal, listener: () => void): () => void {
  const all = listeners.get(signal) ?? new Set()
  listeners.set(signal, all)
  if (all.size === 0) signal.addEventListener('abort', tellAll)
  all.add(listener)
  return () => {
    if (all.delete(listener) && all.size === 0) signal.removeEventListener('abort', tellAll)
  }
}

function tellAll(this: AbortSignal): void {
  for (const listener of new Set(listeners.get(this))) listener()
}
