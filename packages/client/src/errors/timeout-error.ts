import { brand } from './brand.js'
import { PineconeInferenceError } from './inference-error.js'
import type { Verdict } from './verdict.js'

/** No whole answer within `timeout` milliseconds. Thrown after the last retry; raise `timeout` or send less. */
export class PineconeTimeoutError extends PineconeInferenceError {
  override name = 'PineconeTimeoutError'
  override readonly verdict: Verdict = 'moment'

  /** Milliseconds that one attempt was given. */
  readonly timeout: number

  constructor(message: string, timeout: number) {
    super(message)
    this.timeout = timeout
  }
}
brand(PineconeTimeoutError, 'timeout')
