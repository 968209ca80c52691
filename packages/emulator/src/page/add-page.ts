import type { FastifyInstance } from 'fastify'
import { errorAnswer } from '../http/answer-request.js'
import { checkApiKey } from '../http/check-headers.js'
import type { RequestLog } from '../http/request-log.js'
import type { ModelInfo } from '../models/model-info.js'
import { summarize } from './summarize.js'
import { contentSecurityPolicy, page } from './write-page.js'

export interface PageSettings {
  readonly apiKey: string | undefined
  readonly models: readonly ModelInfo[]
  readonly log: RequestLog
}

/** Requests that the page lists. */
const shown = 50

/** The page at `/` and what it asks for. These requests are no part of the API: not recorded, and without faults. */
export function addPage(app: FastifyInstance, { apiKey, models, log }: PageSettings): void {
  app.get('/', (_request, reply) => {
    reply
      .type('text/html; charset=utf-8')
      .headers({
        'content-security-policy': contentSecurityPolicy,
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      })
      .send(page)
  })

  app.get('/_page/settings', (_request, reply) => {
    reply.header('cache-control', 'no-store').send({
      takesAnyKey: apiKey === undefined,
      models: models.map(({ model, type, provider_name: provider }) => ({ model, type, provider })),
    })
  })

  app.get('/_page/requests', (request, reply) => {
    reply.header('cache-control', 'no-store')
    try {
      if (apiKey !== undefined) checkApiKey(request.headers, apiKey)
      reply.send(log.requests.slice(-shown).reverse().map(summarize))
    } catch (error) {
      const { status, body } = errorAnswer(error)
      reply.code(status).type('application/json').send(body)
    }
  })
}
