import { field, isObject } from '../http/read-json.js'
import type { RecordedRequest } from '../http/request-log.js'

/** A recorded request as the page lists it: no texts, no headers. */
export interface RequestSummary {
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
  readonly aborted?: boolean | undefined
  /** Milliseconds it took; undefined while it is being answered. */
  readonly ms?: number | undefined
}

export function summarize(request: RecordedRequest): RequestSummary {
  const { at, method, path, tokens, rerankUnits, status, fault, aborted, duration } = request
  return {
    at,
    method,
    path: shortened(path),
    ...bodyFacts(request.body),
    tokens,
    rerankUnits,
    status,
    fault,
    aborted,
    ms: duration,
  }
}

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
