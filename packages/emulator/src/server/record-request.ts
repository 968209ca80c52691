import type { ServerResponse } from 'node:http'
import type { Incoming } from '../http/incoming.js'
import type { Body } from '../http/read-json.js'
import type { RecordedRequest, RequestLog } from '../http/request-log.js'

const secretHeaders = ['api-key', 'authorization']

/** Logs requests as they arrive, and completes their entries when they are answered or abandoned. */
export class RecordRequest {
  readonly #log: RequestLog
  readonly #onAnswer: ((request: RecordedRequest) => void) | undefined
  #count = 0
  #inFlight = 0

  constructor(log: RequestLog, onAnswer: ((request: RecordedRequest) => void) | undefined) {
    this.#log = log
    this.#onAnswer = onAnswer
  }

  start(request: Incoming, response: ServerResponse, body: Body): RecordedRequest {
    const arrived = performance.now()
    const recorded: RecordedRequest = {
      id: ++this.#count,
      method: request.method,
      path: request.path,
      query: request.query,
      headers: hideSecrets(request.headers),
      body: body.text === '' ? undefined : (body.value ?? body.text),
      at: Date.now(),
      inFlight: ++this.#inFlight,
    }
    this.#log.push(recorded, body.text.length)
    response.once('close', () => {
      this.#inFlight--
      if (response.headersSent) recorded.status = response.statusCode
      if (!response.writableFinished) recorded.aborted = true
      recorded.duration = performance.now() - arrived
      this.#onAnswer?.(recorded)
    })
    return recorded
  }
}

function hideSecrets(headers: RecordedRequest['headers']): RecordedRequest['headers'] {
  const shown = { ...headers }
  for (const name of secretHeaders) if (shown[name] !== undefined) shown[name] = '[hidden]'
  return shown
}
