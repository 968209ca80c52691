import { describeRule } from '../faults/describe-rule.js'
import type { FaultScript } from '../faults/fault-script.js'
import { type Answer, jsonAnswer } from '../http/answer.js'
import { ApiError } from '../http/api-error.js'
import { checkApiKey, checkCaller } from '../http/check-headers.js'
import type { Incoming } from '../http/incoming.js'
import type { RequestLog } from '../http/request-log.js'
import type { ModelInfo } from '../models/hosted-models.js'
import { details, summarize } from './summarize.js'
import { contentSecurityPolicy, page } from './write-page.js'

export interface PageSettings {
  readonly apiKey: string | undefined
  readonly backend: { readonly models: readonly ModelInfo[] }
  readonly faults: FaultScript
  readonly log: RequestLog
}

/** Number of requests that the page lists. */
const shown = 50

const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': contentSecurityPolicy,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

/** The page at `/` and the data that it fetches; the method is GET. */
export function answerPage(asked: Incoming, { apiKey, backend, faults, log }: PageSettings): Answer {
  const { path, headers } = asked
  checkCaller(headers)
  const [, id] = /^\/_page\/requests\/(\d+)$/.exec(path) ?? []
  if (path === '/') return { status: 200, headers: pageHeaders, body: Buffer.from(page) }
  if (path === '/_page/settings') {
    const models = backend.models.map(({ model, type, provider_name }) => ({
      model,
      type,
      provider: provider_name,
    }))
    return jsonAnswer({ takesAnyKey: apiKey === undefined, models })
  }
  if (path === '/_page/requests' || id !== undefined) {
    if (apiKey !== undefined) checkApiKey(headers, apiKey)
    if (id === undefined) {
      return jsonAnswer({
        kept: log.requests.length,
        rules: faults.rules.map(describeRule),
        requests: log.requests.slice(-shown).reverse().map(summarize),
      })
    }
    const found = log.requests.find((request) => request.id === Number(id))
    if (found) return jsonAnswer(details(found))
  }
  throw new ApiError(404, 'NOT_FOUND', 'This request is no longer kept')
}
