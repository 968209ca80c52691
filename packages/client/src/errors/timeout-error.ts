import { PineconeInferenceError } from './inference-error.js'

/** No whole answer within `timeout` milliseconds. Thrown after the last retry; raise `timeout` or send less. */
export class PineconeTimeoutError extends PineconeInferenceError {
  override name = 'PineconeTimeoutError'

  /** Milliseconds that one attempt was given. */
  readonly timeout: number

  constructor(message: string, timeout: number) {
    super(message)
    this.timeout = timeout
  }
}
