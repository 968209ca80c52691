import { apiError, type PineconeApiError } from '../errors/api-error.js'
import { asOneLine } from '../errors/as-written.js'
import type { HttpReply } from './exchange.js'
import { parseRetryAfter } from './retry-after.js'
import type { Secrecy } from './secrecy.js'

/** What an error answer says, in one line, with nothing secret in it: a gateway may repeat the request's headers. */
export function errorFromAnswer(
  what: string,
  reply: HttpReply,
  text: string,
  secrecy: Secrecy,
): PineconeApiError {
  // After parsing, as JSON may spell the key with escapes.
  const { code: given, message, details } = secrecy.blotWithin(contractError(text)) as ContractError
  const code = given && asOneLine(given, LONGEST_CODE)
  const retryAfterMs = parseRetryAfter(header(reply, 'retry-after'), header(reply, 'date'), Date.now())
  const requestId = requestIdOf(reply)
  const redirect = reply.status >= 300 && reply.status < 400 ? ' (redirects are not followed)' : ''
  const line = [
    `${what} answered ${reply.status}${redirect}`,
    code,
    message ?? asOneLine(secrecy.blot(text), LONGEST_EXCERPT),
  ]
  const wait = retryAfterMs ? ` (it asks to wait ${Math.ceil(retryAfterMs / 1000)} s)` : ''
  return apiError(line.filter(Boolean).join(': ') + wait, {
    status: reply.status,
    code,
    details,
    requestId: requestId && secrecy.blot(requestId),
    retryAfterMs,
  })
}

/** The service's id of a request, for a support ticket. */
export function requestIdOf(reply: HttpReply): string | undefined {
  return header(reply, 'x-pinecone-request-id') ?? header(reply, 'x-request-id')
}

/** Characters. The longest code of the contract is `RESOURCE_EXHAUSTED`. */
const LONGEST_CODE = 100

/** Characters of a body that is not the contract's. */
const LONGEST_EXCERPT = 200

interface ContractError {
  code?: string | undefined
  message?: string | undefined
  details?: unknown
}

/** The contract's ErrorResponse, as far as the body is one: a gateway may answer with anything. */
function contractError(text: string): ContractError {
  try {
    const { error } = JSON.parse(text) as { error?: unknown }
    if (typeof error === 'string') return { message: error }
    if (typeof error !== 'object' || error === null) return {}
    const { code, message, details } = error as Record<string, unknown>
    return {
      code: typeof code === 'string' ? code : undefined,
      message: typeof message === 'string' ? message : undefined,
      details,
    }
  } catch {
    return {}
  }
}

function header(reply: HttpReply, name: string): string | undefined {
  const value = reply.headers[name]
  return Array.isArray(value) ? value[0] : value
}
