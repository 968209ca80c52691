import { brand } from './brand.js'
import { PineconeInferenceError } from './inference-error.js'
import type { Verdict } from './verdict.js'

/**
 * No whole answer within `timeout` milliseconds. Thrown after the last retry; raise `timeout` or send less. An adapter's
 * whole call that takes longer than its `timeout` throws it too, with what is finished as `partial`.
 */
export class PineconeTimeoutError extends PineconeInferenceError {
  override name = 'PineconeTimeoutError'
  override readonly verdict: Verdict = 'moment'

  /** Milliseconds that one attempt was given, or the adapter's whole call. */
  readonly timeout: number

  constructor(message: string, timeout: number) {
    super(message)
    this.timeout = timeout
  }
}
brand(PineconeTimeoutError, 'timeout')

const callTimeouts = new WeakSet<object>()

/** The time of one whole call has passed. It is made for that call alone, which may add what it has finished. */
export function callTimeout(timeout: number): PineconeTimeoutError {
  const error = new PineconeTimeoutError(`the call took longer than its timeout of ${timeout} ms`, timeout)
  callTimeouts.add(error)
  return error
}

/** Tells such an error from whatever else a call is aborted with, which belongs to somebody else. */
export function isCallTimeout(error: unknown): error is PineconeTimeoutError {
  return typeof error === 'object' && error !== null && callTimeouts.has(error)
}
