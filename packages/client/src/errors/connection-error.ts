import { brand } from './brand.js'
import { PineconeInferenceError } from './inference-error.js'
import type { Verdict } from './verdict.js'

/** The dispatcher was closed, or refuses the request itself: trying again cannot help. */
const FATAL_CODES = new Set([
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
])

/**
 * The connection failed before the whole answer was there: refused, reset, closed, or no such host.
 * Thrown after the last retry; check the network, a proxy (`dispatcher`) or `baseUrl`.
 */
export class PineconeConnectionError extends PineconeInferenceError {
  override name = 'PineconeConnectionError'
  /** `'setup'` where every other request fails in the same way, for a closed dispatcher say; otherwise `'moment'`. */
  override readonly verdict: Verdict

  /** The system's or undici's code, such as `ECONNREFUSED`, `ECONNRESET`, `ENOTFOUND`, `UND_ERR_SOCKET`. */
  readonly code: string | undefined

  constructor(message: string, options: { code: string | undefined; cause: unknown }) {
    super(message, { cause: options.cause })
    this.code = options.code
    this.verdict = options.code !== undefined && FATAL_CODES.has(options.code) ? 'setup' : 'moment'
  }
}
brand(PineconeConnectionError, 'connection')
