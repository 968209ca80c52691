import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { ApiError } from './api-error.js'

/**
 * For what shows or changes the emulator itself: refuses requests that a foreign web page sends through the user's
 * browser. A page that has rebound its own name to this machine gives that name in `Host`; any other gives its `Origin`.
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
    throw new ApiError(403, 'PERMISSION_DENIED', 'Requests of other web pages are not answered here')
  }
}

/** Refuses a caller on another machine. */
export function checkLoopback(address: string | undefined): void {
  const plain = address?.replace(/^::ffff:/, '')
  if (plain === '::1' || plain?.startsWith('127.')) return
  throw new ApiError(403, 'PERMISSION_DENIED', 'The side door answers only to programs on its own machine')
}

/** The name in `Host`, without port and brackets. */
function hostName(host: string): string {
  return host
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
}
