import type { Dispatcher } from 'undici'
import type { Call } from '../delivery/call.js'
import { PineconeConnectionError } from '../errors/connection-error.js'
import { PineconeResponseError } from '../errors/response-error.js'
import { PineconeTimeoutError } from '../errors/timeout-error.js'
import type { Secrecy } from './secrecy.js'

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
}

export interface HttpReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/**
 * An answer may hold at most this many bytes. The largest real one, 96 vectors of 2048 numbers at about
 * 20 digits each, has some 4 MB.
 */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

/**
 * One request on the wire and its whole answer. Rejects with the reason of an abort as soon as it comes, be it
 * before the connection stands, between headers, or in the middle of the body.
 *
 * @throws PineconeTimeoutError without a whole answer in `timeout` milliseconds
 * @throws PineconeConnectionError when the connection fails before
 * @throws PineconeResponseError when the answer is larger than any real one
 */
export function exchange(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  call: Call,
  secrecy: Secrecy,
): Promise<HttpReply> {
  const what = `${options.method} ${options.path}`
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let ended = false
    let failure: Error | undefined

    const end = () => {
      ended = true
      clearTimeout(timer)
      stopListening()
    }
    const fail = (reason: unknown) => {
      if (ended) return
      end()
      failure = reason instanceof Error ? reason : new Error('aborted', { cause: reason })
      controller?.abort(failure)
      reject(reason)
    }
    const stopListening = call.onAbort(fail)
    const timer = setTimeout(() => {
      fail(new PineconeTimeoutError(`${what}: no whole answer within ${call.timeout} ms`, call.timeout))
    }, call.timeout)

    let status = 0
    let headers: HttpReply['headers'] = {}
    let received = 0
    const chunks: Buffer[] = []

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        if (failure) started.abort(failure)
        controller = started
      },
      onResponseStart(_controller, statusCode, responseHeaders) {
        status = statusCode
        headers = responseHeaders
      },
      onResponseData(_controller, chunk) {
        received += chunk.length
        if (received > MAX_ANSWER_BYTES) {
          fail(new PineconeResponseError(`${what}: the answer is longer than ${MAX_ANSWER_BYTES} bytes`))
        } else {
          chunks.push(chunk)
        }
      },
      onResponseEnd() {
        if (ended) return
        end()
        resolve({ status, headers, body: Buffer.concat(chunks, received) })
      },
      onResponseError(_controller, cause) {
        fail(connectionError(what, secrecy.blotError(cause)))
      },
    }
    try {
      dispatcher.dispatch(options, handler)
    } catch (cause) {
      fail(connectionError(what, secrecy.blotError(cause)))
    }
  })
}

function connectionError(what: string, cause: unknown): PineconeConnectionError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new PineconeConnectionError(
    `${what}: the connection failed before the whole answer was there: ${reason || code}`,
    { code, cause },
  )
}
