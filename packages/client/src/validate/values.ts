import { asWritten, kindOf } from '../errors/as-written.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'

export function checkSignal(argument: string, signal: unknown): void {
  checkMethods(argument, signal, 'an AbortSignal', ['addEventListener', 'throwIfAborted'])
}

/** Checks its methods, because it may come from another realm, or be of the caller's own class. */
export function checkMethods(
  argument: string,
  value: unknown,
  kind: string,
  methods: readonly string[],
): void {
  if (value === undefined) return
  const missing = methods.find((method) => typeof Object(value)[method] !== 'function')
  if (missing !== undefined) {
    throw new PineconeConfigurationError(argument, `must be ${kind}; it has no function ${missing}`)
  }
}

export function checkListener(argument: string, listener: unknown): void {
  if (listener !== undefined && typeof listener !== 'function') {
    throw new PineconeConfigurationError(argument, `is ${asWritten(listener)}; it must be a function`)
  }
}

/** The longest delay a Node.js timer takes; a longer one fires at once (https://nodejs.org/api/timers.html). */
const MAX_TIMER = 2 ** 31 - 1

export function checkMilliseconds(argument: string, value: unknown): void {
  if (typeof value !== 'number' || !(value > 0) || value > MAX_TIMER) {
    throw new PineconeConfigurationError(
      argument,
      `is ${asWritten(value)}; it must be milliseconds above 0, at most ${MAX_TIMER}`,
    )
  }
}

export function checkBatchSize(batchSize: unknown, limit?: { most: number; model: string }): void {
  if (batchSize === undefined) return
  const most = limit?.most ?? Number.POSITIVE_INFINITY
  if (!Number.isInteger(batchSize) || Number(batchSize) < 1 || Number(batchSize) > most) {
    const range = limit
      ? `from 1 to ${most}, the most that ${limit.model} takes in a request`
      : 'of at least 1'
    throw new PineconeConfigurationError(
      'batchSize',
      `is ${asWritten(batchSize)}; it must be a whole number ${range}`,
    )
  }
}

const OWN_HEADERS = new Set([
  'api-key',
  'x-pinecone-api-version',
  'user-agent',
  'content-type',
  'content-length',
  'transfer-encoding',
  'connection',
  'host',
])

/** Refuses headers that cannot be sent, or that the client sets itself. */
export function checkHeaders(headers: unknown): void {
  if (headers === undefined) return
  if (typeof headers !== 'object' || headers === null) {
    throw new PineconeConfigurationError('headers', 'must be an object of names and values')
  }
  // A `Headers` or a `Map` has no properties of its own, so nothing of it would be sent.
  if (!Array.isArray(headers) && Symbol.iterator in headers) {
    throw new PineconeConfigurationError(
      'headers',
      `is a ${headers.constructor?.name ?? 'list'}; pass Object.fromEntries(headers)`,
    )
  }
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(name)) {
      throw new PineconeConfigurationError(
        'headers',
        `has the name ${JSON.stringify(name)}, which is not a header name`,
      )
    }
    if (OWN_HEADERS.has(name.toLowerCase())) {
      throw new PineconeConfigurationError(`headers.${name}`, 'is set by the client itself')
    }
    if (typeof value !== 'string') {
      throw new PineconeConfigurationError(`headers.${name}`, `is ${kindOf(value)}; it must be a string`)
    }
    const problem = headerProblem(value)
    if (problem) throw new PineconeConfigurationError(`headers.${name}`, problem)
  }
}

/**
 * What keeps a text out of a header, which holds visible characters of Latin-1, spaces and tabs (RFC 9110, 5.5). It shows
 * none but the character at fault, as the value may be a secret.
 */
export function headerProblem(value: string): string | undefined {
  if (/[\r\n]\s*$/.test(value)) return 'ends in a line break, which an HTTP header cannot hold'
  const at = value.search(/[^\t\x20-\x7e\x80-\xff]/)
  if (at < 0) return undefined
  const code = value.codePointAt(at)?.toString(16).toUpperCase().padStart(4, '0')
  return `has the character U+${code} at position ${at}, which an HTTP header cannot hold`
}
