import { field, isObject } from '../http/read-json.js'
import type { RecordedRequest } from '../http/request-log.js'

/** A recorded request as the page lists it, without texts and headers. */
export interface RequestSummary {
  readonly id: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly method: string
  readonly path: string
  readonly model?: string | undefined
  readonly inputType?: string | undefined
  /** Inputs or documents. */
  readonly items?: number | undefined
  readonly tokens?: number | undefined
  readonly rerankUnits?: number | undefined
  readonly status?: number | undefined
  readonly fault?: string | undefined
  /** The error's message. */
  readonly message?: string | undefined
  readonly aborted?: boolean | undefined
  /** Duration in milliseconds; undefined while it is being answered. */
  readonly ms?: number | undefined
}

export function summarize(request: RecordedRequest): RequestSummary {
  const { id, at, method, path, tokens, rerankUnits, status, fault, aborted, message, duration } = request
  return {
    id,
    at,
    method,
    path: shortened(path),
    ...bodyFacts(request.body),
    tokens,
    rerankUnits,
    status,
    fault,
    aborted,
    message: message === undefined ? undefined : shortened(message),
    ms: duration,
  }
}

/** One request with everything that its opened row shows. */
export function details(request: RecordedRequest): object {
  const { query, headers, body, answer } = request
  const text = body === undefined ? undefined : JSON.stringify(body, null, 2)
  return {
    query,
    headers,
    body: text !== undefined && text.length > maxBodyLength ? `${text.slice(0, maxBodyLength)}…` : text,
    answer,
  }
}

const maxBodyLength = 10_000

function bodyFacts(body: unknown): Pick<RequestSummary, 'model' | 'inputType' | 'items'> {
  if (!isObject(body)) return {}
  const model = field(body, 'model')
  const parameters = field(body, 'parameters')
  const inputType = isObject(parameters) ? field(parameters, 'input_type') : undefined
  const items = [field(body, 'inputs'), field(body, 'documents')].find(Array.isArray)
  return {
    model: typeof model === 'string' ? shortened(model) : undefined,
    inputType: typeof inputType === 'string' ? shortened(inputType) : undefined,
    items: items?.length,
  }
}

/** A client may send names of megabytes. */
function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
