import type { IncomingHttpHeaders } from 'node:http'
import type { Backend } from '../backend/backend.js'
import { readEmbedRequest } from '../embed/read-embed-request.js'
import { writeEmbeddings } from '../embed/write-embeddings.js'
import type { Spending } from '../faults/rate-limiter.js'
import { type Answer, errorAnswer, jsonAnswer } from '../http/answer.js'
import { ApiError } from '../http/api-error.js'
import { apiVersion, checkApiKey, checkContentType } from '../http/check-headers.js'
import { type Body, readJsonObject } from '../http/read-json.js'
import type { IndexCall } from '../index-plane/index-plane.js'
import { findModel, listModels } from '../models/find-model.js'
import { readRerankRequest } from '../rerank/read-rerank-request.js'
import { writeRanking } from '../rerank/rerank.js'

export interface ApiRequest {
  readonly route: string
  readonly headers: IncomingHttpHeaders
  readonly query: Readonly<Record<string, unknown>>
  readonly modelName: string
  readonly body: Body
  /** Set if it is not about inference. */
  readonly onIndex: IndexCall | undefined
}

export interface AnswerSettings {
  readonly apiKey: string | undefined
  readonly backend: Backend
  /** Called with the cost of a valid request; throws if the budget does not allow it. */
  readonly spend: (spending: Spending) => void
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal
}

/**
 * The API itself: a request's answer, success or error, without clock or socket.
 *
 * @throws the signal's reason for a client that has gone
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

function success(body: Buffer): Answer {
  return { status: 200, headers: {}, body }
}

function queryText(query: ApiRequest['query'], name: string): string | undefined {
  const value = query[name]
  if (value === undefined || typeof value === 'string') return value
  throw ApiError.invalid(`Query parameter '${name}' is given more than once`)
}
