import { PineconeConfigurationError } from '../errors/configuration-error.js'

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
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(name)) {
      throw new PineconeConfigurationError(
        'headers',
        `has the name ${JSON.stringify(name)}, which is no header name`,
      )
    }
    if (OWN_HEADERS.has(name.toLowerCase())) {
      throw new PineconeConfigurationError(`headers.${name}`, 'is set by the client itself')
    }
    if (typeof value !== 'string' || !isHeaderValue(value)) {
      throw new PineconeConfigurationError(`headers.${name}`, 'must be a string without line breaks')
    }
  }
}

/** RFC 9110, 5.5: visible characters, spaces and tabs. */
export function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
}
