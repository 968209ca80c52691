import type { IncomingHttpHeaders } from 'node:http'
import type { Backend } from '../backend/backend.js'
import { readEmbedRequest } from '../embed/read-embed-request.js'
import { writeEmbeddings } from '../embed/write-embeddings.js'
import type { Spending } from '../faults/rate-limiter.js'
import type { IndexCall } from '../index-plane/index-plane.js'
import { findModel, listModels } from '../models/find-model.js'
import { readRerankRequest } from '../rerank/read-rerank-request.js'
import { writeRanking } from '../rerank/write-ranking.js'
import { ApiError } from './api-error.js'
import { apiVersion, checkApiKey, checkContentType } from './check-headers.js'
import { type Body, readJsonObject } from './read-json.js'

export interface ApiRequest {
  readonly route: string
  readonly headers: IncomingHttpHeaders
  readonly query: Readonly<Record<string, unknown>>
  readonly modelName: string
  readonly body: Body
  /** Where it is not inference. */
  readonly onIndex: IndexCall | undefined
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** What an error says; undefined for a success. */
  readonly refusal?: string
}

export interface AnswerSettings {
  readonly apiKey: string | undefined
  readonly backend: Backend
  /** Called with what a valid request costs; throws where the budget does not allow it. */
  readonly spend: (spending: Spending) => void
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal
}

/**
 * The API itself: a request's answer, success or error, without clock or socket.
 *
 * @throws whatever ends the work for a client that has gone
 */
export async function answerRequest(request: ApiRequest, settings: AnswerSettings): Promise<Answer> {
  try {
    checkApiKey(request.headers, settings.apiKey)
    const version = apiVersion(request.headers)
    const answer = await answerRoute(request, settings)
    return { ...answer, headers: { 'x-pinecone-api-version': version, ...answer.headers } }
  } catch (error) {
    if (settings.signal.aborted) throw error
    return errorAnswer(error)
  }
}

/** The contract's `ErrorResponse`; any other error is a 500. */
export function errorAnswer(error: unknown): Answer {
  const known =
    error instanceof ApiError
      ? error
      : new ApiError(
          500,
          'INTERNAL',
          `The emulator failed: ${error instanceof Error ? error.message : error}`,
        )
  return {
    status: known.status,
    headers: known.headers,
    body: Buffer.from(known.body()),
    refusal: known.message,
  }
}

async function answerRoute(
  { route, headers, query, modelName, body, onIndex }: ApiRequest,
  settings: AnswerSettings,
): Promise<Answer> {
  if (onIndex) return jsonAnswer(onIndex.answer(body))
  const { backend } = settings
  switch (route) {
    case '/embed': {
      checkContentType(headers)
      const request = readEmbedRequest(readJsonObject(body), backend.models)
      const embeddings = await backend.embed(request, settings.signal)
      settings.spend({
        model: request.model.model,
        inputType: String(request.parameters.input_type),
        tokens: embeddings.totalTokens,
      })
      return success(writeEmbeddings(request, embeddings))
    }
    case '/rerank': {
      checkContentType(headers)
      const request = readRerankRequest(readJsonObject(body), backend.models)
      const ranking = await backend.rerank(request, settings.signal)
      const answer = success(writeRanking(request, ranking))
      settings.spend({ model: request.model.model, tokens: 0, rerankUnits: ranking.rerankUnits })
      return answer
    }
    case '/models': {
      const models = listModels(backend.models, queryText(query, 'type'), queryText(query, 'vector_type'))
      return jsonAnswer({ models })
    }
    default:
      return jsonAnswer(findModel(backend.models, modelName))
  }
}

export function jsonAnswer(value: unknown): Answer {
  return { status: 200, headers: { 'cache-control': 'no-store' }, body: Buffer.from(JSON.stringify(value)) }
}

function success(body: Buffer): Answer {
  return { status: 200, headers: {}, body }
}

function queryText(query: ApiRequest['query'], name: string): string | undefined {
  const value = query[name]
  if (value === undefined || typeof value === 'string') return value
  throw ApiError.invalid(`Query parameter '${name}' is given more than once`)
}
