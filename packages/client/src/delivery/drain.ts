import { onAbortOf } from './abort-listeners.js'
import type { Call } from './call.js'

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
