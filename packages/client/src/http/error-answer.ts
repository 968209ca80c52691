import { apiError, type PineconeApiError } from '../errors/api-error.js'
import { asOneLine, excerptOf } from '../errors/as-written.js'
import { type ContractError, contractError } from '../wire/answer.js'
import { type HttpReply, headerOf, requestIdOf } from './exchange.js'
import { parseRetryAfter } from './retry-after.js'
import type { Secrecy } from './secrecy.js'

/** The error for an error answer, in one line and without secrets: a gateway may repeat the request's headers. */
export function errorFromAnswer(
  what: string,
  reply: HttpReply,
  text: string,
  secrecy: Secrecy,
): PineconeApiError {
  // Redacted after parsing, because JSON may spell the key with escapes.
  const { code: given, message, details } = secrecy.redactWithin(contractError(parsed(text))) as ContractError
  const code = given && asOneLine(given, LONGEST_CODE)
  const retryAfterMs = parseRetryAfter(headerOf(reply, 'retry-after'), headerOf(reply, 'date'), Date.now())
  const requestId = requestIdOf(reply)
  const redirect = reply.status >= 300 && reply.status < 400 ? ' (redirects are not followed)' : ''
  const line = [
    `${what} answered ${reply.status}${redirect}`,
    code,
    message ?? excerptOf(secrecy.redact(text)),
  ]
  const wait = retryAfterMs ? ` (retry after ${inWords(retryAfterMs)})` : ''
  return apiError(line.filter(Boolean).join(': ') + wait, {
    status: reply.status,
    code,
    details,
    requestId: requestId && secrecy.redact(requestId),
    retryAfterMs,
  })
}

const DAY = 24 * 60 * 60 * 1000

/** A date says more than the number of seconds in several days. */
function inWords(milliseconds: number): string {
  if (milliseconds <= DAY) return `${Math.ceil(milliseconds / 1000)} s`
  const until = new Date(Date.now() + milliseconds)
  return `${until.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** Characters. The longest code in the contract is `RESOURCE_EXHAUSTED`. */
const LONGEST_CODE = 100

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return startOf(text)
  }
}

/** For JSON that is too long to be read to its end: the code, and the message up to its first escape. */
function startOf(text: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined
  const [, code] = /"code"\s*:\s*"([\w.-]+)"/.exec(text) ?? []
  const [, message] = /"message"\s*:\s*"([^"\\]{1,5000})/.exec(text) ?? []
  return { error: { code, message } }
}
