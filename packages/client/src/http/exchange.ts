import { asWritten } from '../errors/as-written.js'
import {
  isGuarded,
  isMistake,
  isPlainHttp,
  isUntrusted,
  PineconeConnectionError,
  PineconeResponseError,
  PineconeTimeoutError,
  tunnelStatus,
} from '../errors/no-answer.js'
import type { Call } from '../lifetime/call.js'
import { inTurn } from '../lifetime/turns.js'
import type { Secrecy } from './secrecy.js'

/** One complete request. */
export interface WireRequest {
  readonly method: 'GET' | 'POST'
  readonly origin: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

/** Receives one answer: its head, its bytes, then its end or, at any point, a failure. */
export interface Receiver {
  onHead(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void
  onData(chunk: Uint8Array): void
  onEnd(): void
  onFailure(cause: unknown): void
}

/** Puts a request on the wire; returns a function that aborts it. Follows no redirects and has no timeout. */
export type Carrier = (request: WireRequest, receiver: Receiver) => (reason: Error) => void

export interface HttpReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** A header of an answer; the first if it is repeated. */
export function headerOf(reply: HttpReply, name: string): string | undefined {
  const value = reply.headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** The service's id of the request, for a support ticket. */
export function requestIdOf(reply: HttpReply): string | undefined {
  return headerOf(reply, 'x-pinecone-request-id') ?? headerOf(reply, 'x-request-id')
}

/** Receives the bytes of a body as they arrive. */
export interface BodyReader {
  push(chunk: Uint8Array): void
  /** After this many bytes the rest is left unread, and the connection is dropped. */
  readonly enough?: number
}

/**
 * Maximum bytes of an answer. The largest real one, 96 vectors of 2048 numbers at about 20 digits each, has some 4 MB.
 */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

/**
 * Sends one request and receives its whole answer. Once the head has arrived, `readerFor` chooses the reader of the
 * body. Rejects with the reason of an abort at once: before the connection is made, between headers, or in the middle
 * of the body.
 *
 * @throws PineconeTimeoutError if the answer is not complete within the call's timeout
 * @throws PineconeConnectionError if the connection fails before the answer is complete
 * @throws PineconeResponseError if the answer is larger than any real one
 */
export function exchange(
  carrier: Carrier,
  request: WireRequest,
  readerFor: (reply: HttpReply) => BodyReader,
  call: Call,
  secrecy: Secrecy,
): Promise<HttpReply> {
  const what = `${request.method} ${request.origin}${request.path}`
  return new Promise((resolve, reject) => {
    let ended = false
    let abortWire: ((reason: Error) => void) | undefined
    const end = () => {
      ended = true
      clearTimeout(timer)
      stopListening()
    }
    const fail = (reason: unknown) => {
      if (ended) return
      end()
      abortWire?.(reason instanceof Error ? reason : new Error('aborted', { cause: reason }))
      reject(reason)
    }
    call.stopScope.throwIfEnded()
    const stopListening = call.abortScope.onEnd(fail)
    const timer = setTimeout(() => {
      fail(new PineconeTimeoutError(`${what}: no complete answer within ${call.timeout} ms`, call.timeout))
    }, call.timeout)

    let reply: HttpReply = { status: 0, headers: {} }
    let reader: BodyReader | undefined
    let arrived = 0
    let read = 0
    const succeed = () => {
      if (ended) return
      end()
      resolve(reply)
    }
    const take = (chunk: Uint8Array) => {
      if (ended) return
      try {
        reader?.push(chunk)
      } catch (error) {
        fail(error)
      }
      read += chunk.length
      if (reader?.enough === undefined || read < reader.enough) return
      succeed()
      abortWire?.(new Error('the rest of the answer is not needed'))
    }
    abortWire = carrier(request, {
      onHead(status, headers) {
        reply = { status, headers }
        reader = readerFor(reply)
      },
      onData(chunk) {
        if (ended) return
        arrived += chunk.length
        if (arrived <= MAX_ANSWER_BYTES) return inTurn(() => take(chunk))
        fail(
          new PineconeResponseError(`${what}: the answer is longer than ${MAX_ANSWER_BYTES} bytes`, {
            verdict: 'setup',
          }),
        )
      },
      onEnd() {
        clearTimeout(timer)
        inTurn(succeed)
      },
      onFailure(cause) {
        fail(failureOf(what, request.origin, secrecy.redactError(cause)))
      },
    })
  })
}

/** Codes of zlib, and those that Node.js makes from Brotli's own names: `ERR__ERROR_FORMAT_PADDING_1`. */
const DAMAGED = /^(Z_|ERR__?ERROR_FORMAT|ERR_BROTLI)/

/** No such host, or nothing there accepts a connection. Nothing was sent. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

function failureOf(
  what: string,
  origin: string,
  cause: unknown,
): PineconeConnectionError | PineconeResponseError {
  const code = codeOf(cause)
  const reason = cause instanceof Error ? cause.message || code || cause.name : thrown(cause)
  if (code && DAMAGED.test(code)) {
    return new PineconeResponseError(
      `${what}: the answer does not match its Content-Encoding or is cut short: ${reason}`,
      { cause },
    )
  }
  const message = `${what}: ${failing(origin, code, cause)}: ${reason}${helpWith(code, cause)}`
  return new PineconeConnectionError(message, { code, cause })
}

function failing(origin: string, code: string | undefined, cause: unknown): string {
  if (isGuarded(cause)) return 'a test guard in this process blocks the request'
  if (isMistake(cause)) return 'the fetch or dispatcher in use failed with an error of its own'
  if (!code || !NOT_CONNECTED.has(code)) return 'the connection failed before the answer was complete'
  return isElsewhere(origin, cause) ? 'could not connect to the proxy' : 'could not connect'
}

/** Whether the connection was to another host or port than the request's, that is, to a proxy. */
function isElsewhere(origin: string, cause: unknown): boolean {
  // A name with several addresses gives one error for each.
  const { hostname, port }: { hostname?: unknown; port?: unknown } =
    cause instanceof AggregateError ? Object(cause.errors[0]) : Object(cause)
  const url = new URL(origin)
  const wanted = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  return (
    (typeof hostname === 'string' && hostname !== url.hostname) ||
    (typeof port === 'number' && port !== wanted)
  )
}

function codeOf(cause: unknown): string | undefined {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return code && (typeof code === 'string' || typeof code === 'number') ? String(code) : undefined
}

/** A caller's own `fetch` may throw any value. */
function thrown(cause: unknown): string {
  return typeof cause === 'string' ? cause : asWritten(cause)
}

function helpWith(code: string | undefined, cause: unknown): string {
  if (isUntrusted(code)) {
    return ' (if your proxy has its own certificate authority, name it in NODE_EXTRA_CA_CERTS)'
  }
  if (isPlainHttp(code)) {
    return ' (the other end speaks plain http: check the scheme and port of baseUrl, and of the proxy if there is one)'
  }
  return tunnelStatus(cause) === 407
    ? ' (the proxy requires a user and password, and got none or wrong ones: put them in its URL, http://user:password@proxy:8080)'
    : ''
}
