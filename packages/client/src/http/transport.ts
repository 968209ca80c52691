import { PineconeResponseError } from '../errors/no-answer.js'
import type { Call } from '../lifetime/call.js'
import { afterReactions } from '../lifetime/turns.js'
import { tell } from '../observe/events.js'
import type { AttemptAnswer } from '../observe/observer.js'
import { version } from '../version.js'
import type { AnswerHead } from '../wire/answer.js'
import { Chunks } from '../wire/bytes.js'
import { type ConnectionSettings, type Connections, openConnections } from './connections.js'
import { unknownCoding } from './content-coding.js'
import { errorFromAnswer } from './error-answer.js'
import { type BodyReader, type Carrier, exchange, type HttpReply, headerOf, requestIdOf } from './exchange.js'
import { Secrecy } from './secrecy.js'

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
}

export interface HttpSettings extends ConnectionSettings {
  readonly apiKey: string
  readonly headers: Readonly<Record<string, string>>
  readonly sourceTag: string | undefined
}

/** What is known about an answer besides its body. */
export interface Reply extends AttemptAnswer, AnswerHead {}

/** Sends one attempt of a request. */
export class Transport {
  /** Host of the requests, as events name it. */
  readonly host: string
  readonly #connections: Connections
  readonly #origin: string
  readonly #prefix: string
  readonly #getHeaders: Record<string, string>
  readonly #postHeaders: Record<string, string>
  readonly #secrecy: Secrecy
  readonly #settings: HttpSettings

  constructor(settings: HttpSettings) {
    this.host = hostOf(settings.baseUrl)
    this.#origin = settings.baseUrl.origin
    this.#prefix = settings.baseUrl.pathname.replace(/\/+$/, '')
    this.#connections = openConnections(settings)
    this.#getHeaders = requestHeaders(settings)
    this.#postHeaders = { ...this.#getHeaders, 'Content-Type': 'application/json' }
    this.#secrecy = new Secrecy(settings)
    this.#settings = settings
  }

  /** What requests are sent through, once it is ready. */
  carrier(): Promise<Carrier> | Carrier {
    return this.#connections.carrier()
  }

  /**
   * Passes the body of a 2xx answer to `answer`.
   *
   * @throws PineconeApiError for any other status; redirects are not followed, so the key reaches no other origin
   * @throws whatever `exchange` throws
   */
  async send(
    carrier: Carrier,
    { method, path, body }: HttpRequest,
    answer: BodyReader,
    call: Call,
  ): Promise<Reply> {
    const refusal = new Chunks()
    let head: HttpReply | undefined
    const headers = method === 'POST' ? this.#postHeaders : this.#getHeaders
    const secrecy = this.#secrecyOf(call)
    const url = this.#origin + this.#prefix + path
    const reply = await exchange(
      carrier,
      {
        method,
        origin: this.#origin,
        path: this.#prefix + path,
        headers: call.headers ? withHeaders(headers, call.headers) : headers,
        body,
      },
      (received) => {
        head = received
        if (unknownCoding(received.headers)) return UNREADABLE
        return isSuccess(received.status)
          ? answer
          : { push: (chunk) => refusal.add(chunk), enough: MAX_ERROR_BYTES }
      },
      call,
      secrecy,
    ).catch((error: unknown) => {
      if (error instanceof PineconeResponseError && head) error.answeredBy(replyOf(head, secrecy))
      throw error
    })
    tell(() => call.onResponse?.({ status: reply.status, headers: plainHeaders(reply, secrecy) }))
    const coding = unknownCoding(reply.headers)
    const words =
      coding &&
      `the answer has the Content-Encoding ${secrecy.redact(headerOf(reply, 'content-encoding') ?? '')}, which was not requested`
    if (!isSuccess(reply.status)) {
      throw errorFromAnswer(`${method} ${url}`, reply, words ?? refusal.text(), secrecy)
    }
    const answered = replyOf(reply, secrecy)
    if (!words) return answered
    const error = new PineconeResponseError(`${method} ${url}: ${words}`)
    error.answeredBy(answered)
    throw error
  }

  #secrecyOf({ headers }: Call): Secrecy {
    if (!headers) return this.#secrecy
    const { apiKey, headers: ofClient } = this.#settings
    return new Secrecy({ apiKey, headers: { ...ofClient, ...headers } })
  }

  /**
   * Resolves when a request that is about to be sent is on the wire. Undici checks a kept-alive connection for one turn
   * of the event loop before it writes (client-h1.js, kIdleSocketValidation), and that turn begins after this call.
   */
  nextOnTheWire(): Promise<void> {
    return new Promise((resolve) => afterReactions(() => afterReactions(resolve)))
  }

  /** Lets requests under way finish, then closes the client's own connections. */
  close(): Promise<void> {
    return this.#connections.close()
  }
}

/** Bytes. A gateway may answer with a page of any length, even an endless one. */
const MAX_ERROR_BYTES = 1024 * 1024

/** For an answer in an unknown coding, whose bytes cannot be read. */
const UNREADABLE: BodyReader = { push() {}, enough: MAX_ERROR_BYTES }

/** A URL omits the default port of its scheme. Without the scheme, the port of plain http has to be named. */
function hostOf({ host, port, protocol }: URL): string {
  return protocol === 'http:' && port === '' ? `${host}:80` : host
}

/** Headers without the key and the caller's own header values, which a gateway may repeat. */
function plainHeaders({ headers }: HttpReply, secrecy: Secrecy): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, secrecy.redact(Array.isArray(value) ? value.join(', ') : value)]],
    ),
  )
}

function replyOf(reply: HttpReply, secrecy: Secrecy): Reply {
  const redacted = (value: string | undefined) => value && secrecy.redact(value)
  return {
    status: reply.status,
    requestId: redacted(requestIdOf(reply)),
    contentType: redacted(headerOf(reply, 'content-type')),
    redact: (text) => secrecy.redact(text),
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

/** Version of the contract in spec/, sent with every request. */
const API_VERSION = '2025-10'

/**
 * The headers of every request. Without `Accept-Encoding` a server may use any coding (RFC 9110, 12.5.3). Vectors are
 * decoded as they arrive, and decompressing them takes several times as long as decoding them
 * (bench/speed/RESULTS.md), so no compression is requested unless the caller's own headers do.
 */
export function requestHeaders(settings: HttpSettings): Record<string, string> {
  return {
    ...withHeaders({ 'Accept-Encoding': 'identity' }, settings.headers),
    'Api-Key': settings.apiKey,
    'X-Pinecone-Api-Version': API_VERSION,
    'User-Agent': userAgent(settings.sourceTag),
    Accept: 'application/json',
  }
}

/** Headers overridden by others, ignoring the case of their names. */
function withHeaders(
  headers: Readonly<Record<string, string>>,
  over: Readonly<Record<string, string>>,
): Record<string, string> {
  const replaced = new Set(Object.keys(over).map((name) => name.toLowerCase()))
  const kept = Object.entries(headers).filter(([name]) => !replaced.has(name.toLowerCase()))
  return { ...Object.fromEntries(kept), ...over }
}

/** In the form of the official SDK: `name vX; lang=typescript; node v20…; source_tag=…`. */
function userAgent(sourceTag: string | undefined): string {
  const parts = [`@pinecone-inference/client v${version}`, 'lang=typescript', runtime()]
  const tag = sourceTag && normalizedTag(sourceTag)
  if (tag) parts.push(`source_tag=${tag}`)
  return parts.join('; ')
}

function runtime(): string {
  const version = globalThis.process?.version
  return version ? `node ${version}` : 'Edge Runtime'
}

function normalizedTag(sourceTag: string): string {
  return sourceTag
    .toLowerCase()
    .replace(/[^a-z0-9_ :]/g, '')
    .trim()
    .replace(/ +/g, '_')
}
