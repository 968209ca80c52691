import { apiError, type PineconeApiError } from '../errors/api-error.js'
import { asOneLine, excerptOf } from '../errors/as-written.js'
import { type ContractError, contractError } from '../wire/answer.js'
import { type HttpReply, headerOf, requestIdOf } from './exchange.js'
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
  const { code: given, message, details } = secrecy.blotWithin(contractError(parsed(text))) as ContractError
  const code = given && asOneLine(given, LONGEST_CODE)
  const retryAfterMs = parseRetryAfter(headerOf(reply, 'retry-after'), headerOf(reply, 'date'), Date.now())
  const requestId = requestIdOf(reply)
  const redirect = reply.status >= 300 && reply.status < 400 ? ' (redirects are not followed)' : ''
  const line = [`${what} answered ${reply.status}${redirect}`, code, message ?? excerptOf(secrecy.blot(text))]
  const wait = retryAfterMs ? ` (it asks to wait ${waitInWords(retryAfterMs)})` : ''
  return apiError(line.filter(Boolean).join(': ') + wait, {
    status: reply.status,
    code,
    details,
    requestId: requestId && secrecy.blot(requestId),
    retryAfterMs,
  })
}

const DAY = 24 * 60 * 60 * 1000

/** More seconds than a day's say nothing to a reader. */
function waitInWords(milliseconds: number): string {
  if (milliseconds <= DAY) return `${Math.ceil(milliseconds / 1000)} s`
  const until = new Date(Date.now() + milliseconds)
  return `until ${until.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** Characters. The longest code of the contract is `RESOURCE_EXHAUSTED`. */
const LONGEST_CODE = 100

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return startOf(text)
  }
}

/** Of JSON that was not read to its end, as it is too long: the code, and the message as far as it goes unescaped. */
function startOf(text: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined
  const [, code] = /"code"\s*:\s*"([\w.-]+)"/.exec(text) ?? []
  const [, message] = /"message"\s*:\s*"([^"\\]{1,5000})/.exec(text) ?? []
  return { error: { code, message } }
}
