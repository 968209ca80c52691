import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { ApiError } from './api-error.js'

/**
 * The oldest supported version, which answers requests that name none (2026-11-28). Source:
 * https://docs.pinecone.io/reference/api/versioning
 */
const defaultVersion = '2025-10'
/** The inference API's first dated version. */
const oldestVersion = '2024-07'
const versionForm = /^\d{4}-(01|04|07|10)(\.alpha)?$/

/** Accepts any key that is not blank, or only the one that the emulator was started with. */
export function checkApiKey(headers: IncomingHttpHeaders, apiKey: string | undefined): void {
  const given = headers['api-key']
  if (typeof given !== 'string' || given.trim() === '') {
    throw unauthenticated("Missing API key: send it in the header 'Api-Key'", 'missing api key')
  }
  if (apiKey !== undefined && given !== apiKey) throw unauthenticated('Invalid API Key', 'wrong api key')
}

function unauthenticated(message: string, reason: string): ApiError {
  return new ApiError(401, 'UNAUTHENTICATED', message, { 'x-pinecone-auth-rejected-reason': reason })
}

/**
 * The version that answers. All dated versions from 2024-07 on are accepted, because other SDKs send them. The
 * supported ones, 2025-10 to 2026-07, do not differ for inference.
 */
export function apiVersion(headers: IncomingHttpHeaders): string {
  const version = headers['x-pinecone-api-version']
  if (typeof version !== 'string' || version === '') return defaultVersion
  if (version !== 'unstable' && (!versionForm.test(version) || version < oldestVersion)) {
    throw ApiError.invalid(
      `Header 'X-Pinecone-Api-Version' is '${version}'; this server speaks 2025-10 and accepts dated versions from ${oldestVersion}`,
    )
  }
  return version
}

export function checkContentType(headers: IncomingHttpHeaders): void {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    throw ApiError.invalid(
      `Header 'Content-Type' is ${type ? `'${type}'` : 'missing'}; allowed: application/json`,
    )
  }
}

/**
 * For routes that show or change the emulator itself: refuses requests that a foreign web page sends through the user's
 * browser. A page that has rebound its own name to this machine sends that name in `Host`; any other sends its
 * `Origin`.
 */
export function checkCaller(headers: IncomingHttpHeaders): void {
  const { host = '', origin } = headers
  const name = hostName(host)
  if (isIP(name) === 0 && name !== 'localhost' && !name.endsWith('.localhost')) {
    throw new ApiError(
      403,
      'PERMISSION_DENIED',
      `Header 'Host' is '${host.slice(0, 200)}'; allowed: localhost or an IP address`,
    )
  }
  if (origin !== undefined && origin !== `http://${host}`) {
    throw new ApiError(403, 'PERMISSION_DENIED', 'Requests from other web pages are not accepted here')
  }
}

/** Refuses a caller on another machine. */
export function checkLoopback(address: string | undefined): void {
  const plain = address?.replace(/^::ffff:/, '')
  if (plain === '::1' || plain?.startsWith('127.')) return
  throw new ApiError(403, 'PERMISSION_DENIED', 'The control routes answer only programs on the same machine')
}

/** The host name in `Host`, without port and brackets. */
function hostName(host: string): string {
  return host
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
}
