import type { Dispatcher } from 'undici'
import type { Carrier } from './carrier.js'

/** Sends through an undici dispatcher. */
export function undiciCarrier(dispatcher: Dispatcher): Carrier {
  return (request, receiver) => {
    let controller: Dispatcher.DispatchController | undefined
    let aborted: Error | undefined
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        if (aborted) started.abort(aborted)
        controller = started
      },
      onResponseStart: (_, status, headers) => receiver.onHead(status, headers),
      onResponseData: (_, chunk) => receiver.onData(chunk),
      onResponseEnd: () => receiver.onEnd(),
      onResponseError: (_, cause) => receiver.onFailure(cause),
    }
    const { method, origin, path, headers, body } = request
    try {
      dispatcher.dispatch(
        { method, origin, path, headers, body: body ?? null, headersTimeout: 0, bodyTimeout: 0 },
        handler,
      )
    } catch (cause) {
      receiver.onFailure(cause)
    }
    return (reason) => {
      aborted = reason
      controller?.abort(reason)
    }
  }
}
