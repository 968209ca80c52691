import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Backend } from '../backend/backend.js'
import { answerControl } from '../control/answer-control.js'
import type { FaultScript } from '../faults/fault-script.js'
import { planFaults } from '../faults/plan-faults.js'
import type { Random } from '../faults/random.js'
import { type Answer, errorAnswer, jsonAnswer } from '../http/answer.js'
import { ApiError } from '../http/api-error.js'
import { type Incoming, incoming, readBody } from '../http/incoming.js'
import { type Body, parseBody } from '../http/read-json.js'
import type { RecordedRequest, RequestLog } from '../http/request-log.js'
import type { IndexPlane } from '../index-plane/index-plane.js'
import { answerPage } from '../page/answer-page.js'
import { type AnswerSettings, answerRequest } from './answer-request.js'
import { RecordRequest } from './record-request.js'
import { sendAnswer, sendWhole, statusAnswer } from './send-answer.js'

export interface ServerSettings {
  readonly apiKey: string | undefined
  readonly backend: Backend
  readonly indexes: IndexPlane
  readonly faults: FaultScript
  readonly random: Random
  readonly log: RequestLog
  /** Whether `/_emulator/` answers. */
  readonly control: boolean
  readonly onAnswer: ((request: RecordedRequest) => void) | undefined
}

/** Longer than clients keep an idle connection, so that they do not use one that is being closed. */
const keepAliveTimeout = 72_000

const routes = ['POST /embed', 'POST /rerank', 'GET /models', 'GET /models/{model_name}'] as const

/** The API over HTTP, not yet listening. */
export function createServer(settings: ServerSettings): Server {
  const recorder = new RecordRequest(settings.log, settings.onAnswer)
  const server = createHttpServer({ keepAliveTimeout }, (request, response) => {
    // What is left is a broken connection or a failure of the emulator.
    serve(request, response).catch(() => response.destroy())
  })
  server.on('clientError', refuseConnection)
  return server

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = incoming(request)
    if (isOwn(asked, settings.control)) {
      sendWhole(response, await ownAnswer(asked, request, settings))
      return
    }
    let body: Body
    try {
      body = parseBody(await readBody(request))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      recorder.start(asked, response, parseBody(undefined)).message = error.message
      sendWhole(response, errorAnswer(error))
      return
    }
    await answerApi(asked, body, response)
  }

  async function answerApi(asked: Incoming, body: Body, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => gone.abort(new Error('the connection ended')))
    const recorded = recorder.start(asked, response, body)
    try {
      const onIndex = settings.indexes.find(asked)
      const { route, modelName } = onIndex ? { route: onIndex.route, modelName: '' } : findRoute(asked)
      const plan = planFaults(settings.faults, settings.random, { route, request: asked, body })
      if (plan.ending) recorded.fault = plan.ending.kind
      if (plan.latency > 0) await delay(plan.latency, undefined, { signal: gone.signal })
      const settle: AnswerSettings = {
        apiKey: settings.apiKey,
        backend: settings.backend,
        signal: gone.signal,
        spend: (spending) => {
          for (const limiter of plan.rateLimiters) limiter.spend(spending, Date.now())
          if (spending.tokens > 0) recorded.tokens = spending.tokens
          if (spending.rerankUnits !== undefined) recorded.rerankUnits = spending.rerankUnits
        },
      }
      const { ending } = plan
      const answer = () => answerRequest({ route, modelName, body, onIndex, ...asked }, settle)
      if (ending?.kind === 'status') {
        await sendAnswer(
          response,
          numbered(() => statusAnswer(ending), recorded),
          undefined,
          gone.signal,
        )
      } else {
        await sendAnswer(response, numbered(answer, recorded), ending, gone.signal)
      }
    } catch (error) {
      if (gone.signal.aborted) return
      await sendAnswer(
        response,
        numbered(() => errorAnswer(error), recorded),
        undefined,
        gone.signal,
      )
    }
  }
}

/** The answer with the request's number; `recorded` keeps the beginning of its body. */
function numbered(answer: () => Answer | Promise<Answer>, recorded: RecordedRequest) {
  return async (): Promise<Answer> => {
    const made = await answer()
    if (made.refusal !== undefined) recorded.message = made.refusal
    recorded.answer = excerpt(made.body)
    return { ...made, headers: { 'x-pinecone-request-id': String(recorded.id), ...made.headers } }
  }
}

const maxAnswerLength = 2_000

function excerpt(body: Buffer): string {
  const text = body.toString('utf8', 0, maxAnswerLength)
  return body.length > maxAnswerLength ? `${text}… (${body.length} bytes)` : text
}

function isOwn({ method, path }: Incoming, control: boolean): boolean {
  if (control && path.startsWith('/_emulator/')) return true
  return method === 'GET' && /^\/(health|_page\/settings|_page\/requests(\/\d+)?)?$/.test(path)
}

/** Routes that are not part of the API: not recorded, and without faults. */
async function ownAnswer(
  asked: Incoming,
  request: IncomingMessage,
  settings: ServerSettings,
): Promise<Answer> {
  try {
    if (asked.path === '/health') return jsonAnswer({ status: 'ok' })
    if (!asked.path.startsWith('/_emulator/')) return answerPage(asked, settings)
    const body = parseBody(await readBody(request))
    return answerControl(asked, body, request.socket.remoteAddress, settings)
  } catch (error) {
    return errorAnswer(error)
  }
}

function findRoute({ method, path }: Incoming): { route: string; modelName: string } {
  const name = /^\/models\/([^/]+)$/.exec(path)?.[1]
  const route = name === undefined ? path : '/models/{model_name}'
  if (!routes.some((known) => known === `${method} ${route}`)) {
    throw new ApiError(
      404,
      'NOT_FOUND',
      `${method} ${path} does not exist; known for inference: ${routes.join(', ')}`,
    )
  }
  try {
    return { route, modelName: decodeURIComponent(name ?? '') }
  } catch {
    throw ApiError.invalid(`The path '${path}' is not encoded as a URL`)
  }
}

/** Answers bytes that are not an HTTP request. */
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
