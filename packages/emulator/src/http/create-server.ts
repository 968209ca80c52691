import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Backend } from '../backend/backend.js'
import type { FaultScript } from '../faults/fault-script.js'
import type { Random } from '../faults/random.js'
import { addPage } from '../page/add-page.js'
import { type Answer, type AnswerSettings, answerRequest, errorAnswer } from './answer-request.js'
import { ApiError } from './api-error.js'
import { planFaults } from './plan-faults.js'
import { parseBody } from './read-json.js'
import { RecordRequest } from './record-request.js'
import type { RecordedRequest, RequestLog } from './request-log.js'
import { sendAnswer } from './send-answer.js'

/** Bytes of a request's body; above, 413. */
const bodyLimit = 2 * 1024 * 1024

export interface ServerSettings {
  readonly apiKey: string | undefined
  readonly backend: Backend
  readonly faults: FaultScript
  readonly random: Random
  readonly log: RequestLog
  readonly onAnswer: ((request: RecordedRequest) => void) | undefined
}

const routes = [
  { method: 'POST', url: '/embed', route: '/embed' },
  { method: 'POST', url: '/rerank', route: '/rerank' },
  { method: 'GET', url: '/models', route: '/models' },
  { method: 'GET', url: '/models/:model_name', route: '/models/{model_name}' },
] as const

/** The API over HTTP, not yet listening. */
export function createServer(settings: ServerSettings): FastifyInstance {
  const recorder = new RecordRequest(settings.log, settings.onAnswer)

  const app = Fastify({
    bodyLimit,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 1000 },
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, request, reply) => sendError(error, request, reply),
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes))
  app.setErrorHandler(sendError)
  app.setNotFoundHandler((request, reply) => {
    const known = routes.map(({ method, route }) => `${method} ${route}`).join(', ')
    const path = request.url.split('?', 1)[0]
    sendError(
      new ApiError(404, 'NOT_FOUND', `${request.method} ${path} does not exist; known: ${known}`),
      request,
      reply,
    )
  })
  for (const { method, url, route } of routes) {
    app.route({ method, url, handler: (request, reply) => handle(route, request, reply) })
  }
  addPage(app, { apiKey: settings.apiKey, models: settings.backend.models, log: settings.log })
  return app

  async function handle(route: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    reply.hijack()
    const response = reply.raw
    const gone = new AbortController()
    response.once('close', () => gone.abort(new Error('the connection ended')))

    const body = parseBody(request.body)
    const recorded = recorder.start(request, response, body)
    const { model_name: modelName = '' } = request.params as { model_name?: string }
    try {
      const plan = planFaults(settings.faults, settings.random, { route, request, body })
      if (plan.ending) recorded.fault = plan.ending.kind
      if (plan.latency > 0) await delay(plan.latency, undefined, { signal: gone.signal })
      const settle: AnswerSettings = {
        apiKey: settings.apiKey,
        backend: settings.backend,
        spend: (spending) => {
          for (const limiter of plan.rateLimiters) limiter.spend(spending, Date.now())
          if (spending.tokens > 0) recorded.tokens = spending.tokens
          if (spending.rerankUnits !== undefined) recorded.rerankUnits = spending.rerankUnits
        },
      }
      const query = request.query as Record<string, unknown>
      const answer = () => answerRequest({ route, headers: request.headers, query, modelName, body }, settle)
      await sendAnswer(response, answer, plan.ending, gone.signal)
    } catch (error) {
      if (gone.signal.aborted) return
      await sendAnswer(response, () => errorAnswer(error), undefined, gone.signal)
    }
  }

  function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    recorder.start(request, reply.raw, parseBody(request.body))
    const { status, headers, body } = errorAnswer(asApiError(error))
    reply.code(status).headers(headers).type('application/json').send(body)
  }
}

/** Fastify's own refusals, before a handler runs. */
function asApiError(error: unknown): unknown {
  const { statusCode, message } = error as { statusCode?: number; message?: string }
  if (error instanceof ApiError || statusCode === undefined || statusCode >= 500) return error
  if (statusCode === 413) {
    return new ApiError(413, 'INVALID_ARGUMENT', `The request's body is larger than ${bodyLimit} bytes`)
  }
  return ApiError.invalid(message ?? 'The request cannot be read')
}

/** Answers bytes that are no HTTP request. */
function refuseConnection(error: Error, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const { status, body }: Answer = errorAnswer(ApiError.invalid(`Not a valid HTTP request: ${error.message}`))
  socket.end(
    `HTTP/1.1 ${status} Bad Request\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  )
}
