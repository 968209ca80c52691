import { PineconeResponseError } from '../errors/no-answer.js'
import { afterReactions } from '../lifetime/after-reactions.js'
import type { Call } from '../lifetime/call.js'
import type { AttemptAnswer } from '../observe/observer.js'
import { tell } from '../observe/tell.js'
import type { Settings } from '../settings.js'
import { Chunks } from '../wire/chunks.js'
import type { Carrier } from './carrier.js'
import { type Connections, openConnections } from './connections.js'
import { unknownCoding } from './content-coding.js'
import { errorFromAnswer, requestIdOf } from './error-answer.js'
import { type BodyReader, exchange, type HttpReply } from './exchange.js'
import { requestHeaders, withHeaders } from './request-headers.js'
import { Secrecy } from './secrecy.js'

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
}

/** Sends one request once. */
export class Transport {
  /** Where requests go, for whoever watches. */
  readonly host: string
  readonly #connections: Connections
  readonly #origin: string
  readonly #prefix: string
  readonly #getHeaders: Record<string, string>
  readonly #postHeaders: Record<string, string>
  readonly #secrecy: Secrecy
  readonly #settings: Settings

  constructor(settings: Settings) {
    this.host = hostOf(settings.baseUrl)
    this.#origin = settings.baseUrl.origin
    this.#prefix = settings.baseUrl.pathname.replace(/\/+$/, '')
    this.#connections = openConnections(settings)
    this.#getHeaders = requestHeaders(settings)
    this.#postHeaders = { ...this.#getHeaders, 'Content-Type': 'application/json' }
    this.#secrecy = new Secrecy(settings)
    this.#settings = settings
  }

  /** What the requests go through, once it is there. */
  carrier(): Promise<Carrier> | Carrier {
    return this.#connections.carrier()
  }

  /**
   * Gives the body of a 2xx answer to `answer`.
   *
   * @throws PineconeApiError for any other status; redirects are not followed, so the key goes to no other origin
   * @throws whatever `exchange` throws
   */
  async send(
    carrier: Carrier,
    { method, path, body }: HttpRequest,
    answer: BodyReader,
    call: Call,
  ): Promise<AttemptAnswer> {
    const refusal = new Chunks()
    const headers = method === 'POST' ? this.#postHeaders : this.#getHeaders
    const secrecy = this.#secrecyOf(call)
    const reply = await exchange(
      carrier,
      {
        method,
        origin: this.#origin,
        path: this.#prefix + path,
        headers: call.headers ? withHeaders(headers, call.headers) : headers,
        body,
      },
      ({ status, headers }) => {
        if (unknownCoding(headers)) return UNREADABLE
        return isSuccess(status)
          ? answer
          : { push: (chunk) => refusal.add(chunk), enough: ENOUGH_OF_AN_ERROR }
      },
      call,
      secrecy,
    )
    tell(() => call.onResponse?.({ status: reply.status, headers: plainHeaders(reply, secrecy) }))
    const coding = unknownCoding(reply.headers)
    const words = coding && `the answer has the Content-Encoding ${coding}, which was not asked for`
    if (!isSuccess(reply.status)) {
      throw errorFromAnswer(`${method} ${path}`, reply, words ?? refusal.text(), secrecy)
    }
    if (words) throw new PineconeResponseError(`${method} ${path}: ${words}`)
    const requestId = requestIdOf(reply)
    return { status: reply.status, requestId: requestId && secrecy.blot(requestId) }
  }

  #secrecyOf({ headers }: Call): Secrecy {
    if (!headers) return this.#secrecy
    const { apiKey, headers: ofClient } = this.#settings
    return new Secrecy({ apiKey, headers: { ...ofClient, ...headers } })
  }

  /**
   * Resolves when a request that is about to be sent is on the wire: undici looks at a kept connection for a turn of
   * the event loop before it writes (client-h1.js, kIdleSocketValidation), and that turn begins after this call.
   */
  nextOnTheWire(): Promise<void> {
    return new Promise((resolve) => afterReactions(() => afterReactions(resolve)))
  }

  /** Lets requests under way finish, then closes the client's own connections. */
  close(): Promise<void> {
    return this.#connections.close()
  }
}

/** Bytes. A gateway may answer with a page of any length, and without an end. */
const ENOUGH_OF_AN_ERROR = 1024 * 1024

/** An answer whose bytes mean nothing without its coding. */
const UNREADABLE: BodyReader = { push() {}, enough: ENOUGH_OF_AN_ERROR }

/** A URL leaves out the port of its scheme; without the scheme, that of plain http must be said. */
function hostOf({ host, port, protocol }: URL): string {
  return protocol === 'http:' && port === '' ? `${host}:80` : host
}

/** Without the key and the values of the request's own headers: a gateway may repeat them. */
function plainHeaders({ headers }: HttpReply, secrecy: Secrecy): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, secrecy.blot(Array.isArray(value) ? value.join(', ') : value)]],
    ),
  )
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}
