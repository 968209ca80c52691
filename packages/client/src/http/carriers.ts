import { decoded } from './content-coding.js'
import type { Carrier, Receiver, WireRequest } from './exchange.js'

/**
 * A dispatcher of undici 5 or newer: an `Agent`, `Pool`, `ProxyAgent`, `EnvHttpProxyAgent`, `MockAgent`, or one
 * composed of interceptors.
 */
export interface HttpDispatcher {
  dispatch(options: object, handler: object): boolean
}

/**
 * Sends through an undici dispatcher. `maxRedirections: 0` makes undici's redirect interceptor pass redirects through:
 * for another origin it removes `authorization` from the request, but not `api-key` (undici,
 * lib/handler/redirect-handler.js).
 */
export function undiciCarrier(dispatcher: HttpDispatcher, options: { reset?: boolean } = {}): Carrier {
  return (request, receiver) => {
    const { method, origin, path, headers, body } = request
    const { handler, abort } = handlerFor(receiver)
    try {
      dispatcher.dispatch(
        {
          ...options,
          ...{ method, origin, path, headers, body: body ?? null },
          ...{ headersTimeout: 0, bodyTimeout: 0, maxRedirections: 0 },
        },
        handler,
      )
    } catch (cause) {
      receiver.onFailure(cause)
    }
    return abort
  }
}

interface Controller {
  abort(reason: Error): void
}

/** Undici 7 and newer call the first five methods, 5 and 6 the others. If both are present, 7 calls the first five. */
function handlerFor(receiver: Receiver): { handler: object; abort: (reason: Error) => void } {
  const answer = decoded(receiver)
  let controller: Controller | undefined
  let aborted: Error | undefined
  const start = (started: Controller) => {
    if (aborted) started.abort(aborted)
    controller = started
  }
  const handler = {
    onRequestStart: (started: Controller) => start(started),
    onResponseStart: (_: Controller, status: number, headers: Record<string, string | string[]>) =>
      answer.onHead(status, headers),
    onResponseData: (_: Controller, chunk: Uint8Array) => answer.onData(chunk),
    onResponseEnd: () => answer.onEnd(),
    onResponseError: (_: Controller, cause: unknown) => answer.onFailure(cause),

    onConnect: (abort: (reason: Error) => void) => start({ abort }),
    onHeaders(status: number, rawHeaders: readonly Uint8Array[]) {
      // 1xx answers precede the real one; newer versions do not pass them on.
      if (status >= 200) answer.onHead(status, headersOf(rawHeaders))
      return true
    },
    onData(chunk: Uint8Array) {
      answer.onData(chunk)
      return true
    },
    onComplete: () => answer.onEnd(),
    onError: (cause: unknown) => answer.onFailure(cause),
  }
  return {
    handler,
    abort(reason) {
      aborted = reason
      controller?.abort(reason)
    },
  }
}

/** Names and values alternate, as undici 5 and 6 give them. */
function headersOf(raw: readonly Uint8Array[]): Record<string, string> {
  const text = (bytes: Uint8Array | undefined) =>
    bytes === undefined ? '' : Buffer.from(bytes).toString('latin1')
  const headers: Record<string, string> = {}
  for (let at = 0; at < raw.length; at += 2) {
    const name = text(raw[at]).toLowerCase()
    const value = text(raw[at + 1])
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value
  }
  return headers
}

/** Sends through a `fetch`: the caller's, one that the application has installed, or the runtime's own. */
export function fetchCarrier(fetch: typeof globalThis.fetch): Carrier {
  return (request, receiver) => {
    const controller = new AbortController()
    send(fetch, request, receiver, controller.signal).catch((error: unknown) =>
      receiver.onFailure(causeOf(error)),
    )
    return (reason) => controller.abort(reason)
  }
}

/** `fetch` throws a TypeError that says only that it failed; the cause says why. */
function causeOf(error: unknown): unknown {
  return error instanceof TypeError && error.cause instanceof Error ? error.cause : error
}

async function send(
  fetch: typeof globalThis.fetch,
  { method, origin, path, headers, body }: WireRequest,
  receiver: Receiver,
  signal: AbortSignal,
): Promise<void> {
  const response = await fetch(origin + path, {
    method,
    headers: { ...headers },
    redirect: 'manual',
    signal,
    ...(body === undefined ? {} : { body }),
  })
  receiver.onHead(response.status, Object.fromEntries(response.headers))
  const reader = response.body?.getReader()
  // Not every fetch ends the body on an abort.
  const cancel = () => reader?.cancel().catch(() => {})
  if (signal.aborted) cancel()
  else signal.addEventListener('abort', cancel)
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    receiver.onData(part.value)
  }
  receiver.onEnd()
}
