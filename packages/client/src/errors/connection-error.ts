import { PineconeInferenceError } from './inference-error.js'

/**
 * The connection failed before the whole answer was there: refused, reset, closed, or no such host.
 * Thrown after the last retry; check the network, a proxy (`dispatcher`) or `baseUrl`.
 */
export class PineconeConnectionError extends PineconeInferenceError {
  override name = 'PineconeConnectionError'

  /** The system's or undici's code, such as `ECONNREFUSED`, `ECONNRESET`, `ENOTFOUND`, `UND_ERR_SOCKET`. */
  readonly code: string | undefined

  constructor(message: string, options: { code: string | undefined; cause: unknown }) {
    super(message, { cause: options.cause })
    this.code = options.code
  }
}
