import type { ServerResponse } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { Body } from './read-json.js'
import type { RecordedRequest, RequestLog } from './request-log.js'

const secretHeaders = ['api-key', 'authorization']

/** Puts requests into the log as they come, and completes their entries when they are answered or given up. */
export class RecordRequest {
  readonly #log: RequestLog
  readonly #onAnswer: ((request: RecordedRequest) => void) | undefined
  #inFlight = 0

  constructor(log: RequestLog, onAnswer: ((request: RecordedRequest) => void) | undefined) {
    this.#log = log
    this.#onAnswer = onAnswer
  }

  start(request: FastifyRequest, response: ServerResponse, body: Body): RecordedRequest {
    const arrived = performance.now()
    const recorded: RecordedRequest = {
      method: request.method,
      path: request.url.split('?', 1)[0] ?? '',
      query: (request.query ?? {}) as Record<string, unknown>,
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
