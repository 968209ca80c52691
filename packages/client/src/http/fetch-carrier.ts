import type { Carrier, Receiver, WireRequest } from './exchange.js'

/** Sends through a `fetch`, for runtimes without undici. */
export function fetchCarrier(fetch: typeof globalThis.fetch): Carrier {
  return (request, receiver) => {
    const controller = new AbortController()
    send(fetch, request, receiver, controller.signal).catch((error: unknown) =>
      receiver.onFailure(causeOf(error)),
    )
    return (reason) => controller.abort(reason)
  }
}

/** `fetch` throws a TypeError that says only that it failed; what happened is its cause. */
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
