import { brand, PineconeInferenceError, type Verdict, verdictOnStatus } from './inference-error.js'

/**
 * The server's certificate is not trusted, and another attempt would fail in the same way
 * (https://nodejs.org/docs/latest-v24.x/api/tls.html#x509-certificate-error-codes). A proxy that intercepts TLS causes
 * this.
 */
const UNTRUSTED = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_NOT_YET_VALID',
  'CERT_HAS_EXPIRED',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REVOKED',
  'INVALID_CA',
  'PATH_LENGTH_EXCEEDED',
  'INVALID_PURPOSE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'HOSTNAME_MISMATCH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** Plain http where https is expected. */
const NO_TLS = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'])

export function isUntrusted(code: string | undefined): boolean {
  return code !== undefined && UNTRUSTED.has(code)
}

export function isPlainHttp(code: string | undefined): boolean {
  return code !== undefined && NO_TLS.has(code)
}

/**
 * The status with which a proxy refused a tunnel to the service. Undici reports it only in the message
 * (lib/dispatcher/proxy-agent.js of 6, 7 and 8), and its `fetch` wraps that error once more.
 */
export function tunnelStatus(error: unknown): number | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const [, status] = /^Proxy response \((\d{3})\)/.exec(cause.message) ?? []
    if (status) return Number(status)
  }
  return undefined
}

/** The dispatcher was closed, or refuses the request itself. Another attempt cannot help. */
const FATAL_CODES = new Set([
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  // Test guards: undici's MockAgent, and nock.
  'UND_MOCK_ERR_MOCK_NOT_MATCHED',
  'ERR_NOCK_NO_MATCH',
])

/**
 * Whether a test guard blocks the request. The error of `nock.disableNetConnect()` has a network's code, ENETUNREACH
 * (nock 14, lib/common.js); that of msw's `onUnhandledRequest: 'error'` has no code (msw 2.15,
 * core/experimental/on-unhandled-frame.ts).
 */
export function isGuarded(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'NetConnectNotAllowedError' || cause.message.startsWith('[MSW]')) return true
  }
  return false
}

/**
 * How a `fetch` reports a network failure in a TypeError without a cause: browsers, Deno and undici
 * (https://github.com/sindresorhus/is-network-error, index.js, November 2026).
 */
const FETCH_FAILED =
  /^(a network|error (reading|sending)|failed to fetch|fetch failed|load failed|network|terminated|the (internet|network) connection)/i

/**
 * Whether a `fetch` or a dispatcher failed because of a bug or an invalid argument, which no network causes. Bun's
 * `fetch` throws TypeErrors for network failures too, with the system's codes.
 */
export function isMistake(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'TypeError' || FETCH_FAILED.test(error.message))
    return false
  return !('code' in error) || String(error.code).startsWith('ERR_INVALID')
}

/**
 * The connection failed before the answer was complete: refused, reset, closed, or no such host. Thrown after the last
 * retry; check the network, the proxy (`dispatcher`) or `baseUrl`.
 */
export class PineconeConnectionError extends PineconeInferenceError {
  override name = 'PineconeConnectionError'
  /**
   * `'setup'` if every request fails in the same way, because of an untrusted certificate, a closed dispatcher, a test
   * guard, a `fetch` that throws a TypeError of its own or a proxy that requires a password; otherwise `'moment'`.
   */
  override readonly verdict: Verdict

  /** The code of the system or of undici, such as `ECONNREFUSED`, `ECONNRESET`, `ENOTFOUND`, `UND_ERR_SOCKET`. */
  readonly code: string | undefined

  constructor(message: string, options: { code: string | undefined; cause: unknown }) {
    super(message, { cause: options.cause })
    this.code = options.code
    const { code, cause } = options
    const refused = tunnelStatus(cause)
    const isFinal =
      isUntrusted(code) ||
      isPlainHttp(code) ||
      isMistake(cause) ||
      (code !== undefined && FATAL_CODES.has(code)) ||
      isGuarded(cause) ||
      (refused !== undefined && verdictOnStatus(refused) !== 'moment')
    this.verdict = isFinal ? 'setup' : 'moment'
  }
}
brand(PineconeConnectionError, 'connection')

/**
 * No complete answer within `timeout` milliseconds. Thrown after the last retry; raise `timeout` or send less. Also
 * thrown if a whole call of an adapter exceeds its `timeout`, with what was finished in `partial`.
 */
export class PineconeTimeoutError extends PineconeInferenceError {
  override name = 'PineconeTimeoutError'
  override readonly verdict: Verdict = 'moment'

  /** Milliseconds allowed for one attempt, or for the adapter's whole call. */
  readonly timeout: number

  constructor(message: string, timeout: number) {
    super(message)
    this.timeout = timeout
  }
}
brand(PineconeTimeoutError, 'timeout')

const callTimeouts = new WeakSet<object>()

/**
 * One whole call has exceeded its time. The error belongs to that call alone, which may attach what it has finished.
 */
export function callTimeout(timeout: number): PineconeTimeoutError {
  const error = new PineconeTimeoutError(`the call took longer than its timeout of ${timeout} ms`, timeout)
  callTimeouts.add(error)
  return error
}

/** Whether it is such an error. Any other reason of an abort belongs to someone else. */
export function isCallTimeout(error: unknown): error is PineconeTimeoutError {
  return typeof error === 'object' && error !== null && callTimeouts.has(error)
}

/**
 * An answer that breaks the contract: not JSON, cut short, too large, the wrong number or type of results, vectors of
 * another length or model than before. None of it is returned. Thrown after the last retry; if it persists, something
 * between you and the service rewrites answers.
 */
export class PineconeResponseError extends PineconeInferenceError {
  override name = 'PineconeResponseError'
  override readonly verdict: Verdict

  /** What is wrong with the answer, without quoting it. */
  readonly reason: string
  /** HTTP status of the answer. */
  status: number | undefined
  /** The service's id of the request, for a support ticket. */
  requestId: string | undefined

  constructor(
    reason: string,
    {
      words,
      verdict = 'moment',
      worthAnotherAttempt = verdict === 'moment',
      ...options
    }: ErrorOptions & { words?: string; verdict?: Verdict; worthAnotherAttempt?: boolean } = {},
  ) {
    super(words ? `${reason}: ${words}` : reason, options)
    this.reason = reason
    this.verdict = verdict
    if (worthAnotherAttempt) anotherAttempt.add(this)
  }

  /** @internal Records which answer it was. */
  answeredBy({ status, requestId }: { status: number; requestId: string | undefined }): void {
    this.status = status
    this.requestId = requestId
  }
}
brand(PineconeResponseError, 'response')

const anotherAttempt = new WeakSet<object>()

/** Whether the same request may get another answer if it is sent again. */
export function isWorthAnotherAttempt(error: PineconeInferenceError): boolean {
  return error.verdict === 'moment' || anotherAttempt.has(error)
}
