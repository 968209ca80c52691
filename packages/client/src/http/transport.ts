import { type Dispatcher, Pool } from 'undici'
import type { Call } from '../delivery/call.js'
import type { Settings } from '../settings.js'
import { errorFromAnswer } from './error-answer.js'
import { exchange, type HttpRequest } from './exchange.js'
import { requestHeaders } from './request-headers.js'
import { Secrecy } from './secrecy.js'

/** Sends one request once, over one pool of keep-alive connections to the API's origin. */
export class Transport {
  /** Where requests go, for whoever watches. */
  readonly host: string
  readonly #dispatcher: Dispatcher
  readonly #ownsDispatcher: boolean
  readonly #origin: string
  readonly #prefix: string
  readonly #getHeaders: Record<string, string>
  readonly #postHeaders: Record<string, string>
  readonly #secrecy: Secrecy

  constructor(settings: Settings) {
    this.host = settings.baseUrl.host
    this.#origin = settings.baseUrl.origin
    this.#prefix = settings.baseUrl.pathname.replace(/\/+$/, '')
    this.#ownsDispatcher = settings.dispatcher === undefined
    this.#dispatcher = settings.dispatcher ?? new Pool(this.#origin, { connections: settings.maxConcurrency })
    this.#getHeaders = requestHeaders(settings)
    this.#postHeaders = { ...this.#getHeaders, 'Content-Type': 'application/json' }
    this.#secrecy = new Secrecy(settings.apiKey)
  }

  /**
   * The body of a 2xx answer.
   *
   * @throws PineconeApiError for any other status; redirects are not followed, so the key goes to no other origin
   * @throws whatever `exchange` throws
   */
  async send(request: HttpRequest, call: Call): Promise<Buffer> {
    const reply = await exchange(this.#dispatcher, this.#dispatchOptions(request), call, this.#secrecy)
    if (reply.status >= 200 && reply.status < 300) return reply.body
    const text = this.#secrecy.blot(reply.body.toString('utf8'))
    throw errorFromAnswer(`${request.method} ${request.path}`, reply, text)
  }

  #dispatchOptions({ method, path, body }: HttpRequest): Dispatcher.DispatchOptions {
    return {
      origin: this.#origin,
      method,
      path: this.#prefix + path,
      headers: method === 'POST' ? this.#postHeaders : this.#getHeaders,
      body: body ?? null,
      // `exchange` keeps the time of the whole attempt
      headersTimeout: 0,
      bodyTimeout: 0,
    }
  }

  /** Lets requests under way finish, then closes the connections; a dispatcher of the caller's stays open. */
  async close(): Promise<void> {
    if (this.#ownsDispatcher) await this.#dispatcher.close()
  }
}
