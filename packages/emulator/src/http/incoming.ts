import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { ApiError } from './api-error.js'

/** Maximum bytes of a request's body; a larger one gets a 413. */
const bodyLimit = 2 * 1024 * 1024

/** What a request's first line and headers say. */
export interface Incoming {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** A repeated name has a list of values. */
  readonly query: Readonly<Record<string, unknown>>
  readonly headers: IncomingHttpHeaders
}

export function incoming({ method = '', url = '', headers }: IncomingMessage): Incoming {
  const at = url.indexOf('?')
  const parameters = new URLSearchParams(at < 0 ? '' : url.slice(at))
  const query = Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => {
      const [first, ...more] = parameters.getAll(name)
      return [name, more.length === 0 ? first : [first, ...more]]
    }),
  )
  return { method, path: at < 0 ? url : url.slice(0, at), query, headers }
}

/**
 * The bytes of the body.
 *
 * @throws {ApiError} 413 if there are too many; the rest is read and dropped
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > bodyLimit) {
      request.resume()
      throw new ApiError(413, 'INVALID_ARGUMENT', `The request's body is larger than ${bodyLimit} bytes`, {
        connection: 'close',
      })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
