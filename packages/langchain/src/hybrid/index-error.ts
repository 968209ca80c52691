import { PineconeInferenceError, type Verdict } from '@pinecone-inference/client'
import { isUntrusted, verdictOnStatus } from '@pinecone-inference/client/adapters'

/**
 * The index did not store records or did not answer a query. `cause` is the error of Pinecone's SDK, which has tried
 * again where it does so.
 */
export class PineconeIndexError extends PineconeInferenceError {
  override name = 'PineconeIndexError'
  /**
   * `'moment'` for a failure that passes by itself: no connection, a 408, 429 or 5xx. Otherwise `'setup'`, for a 400 too:
   * mostly the index has another length or metric, and the SDK has the same error for a 403.
   */
  override readonly verdict: Verdict

  constructor(problem: string, cause: unknown) {
    super(`${problem}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.verdict = passes(cause) ? 'moment' : 'setup'
  }
}

/** By name, as the SDK is the user's own: `dist/errors` of @pinecone-database/pinecone 4.1.0 to 9.0.0. */
const PASSING = new Set([
  'PineconeConnectionError',
  'PineconeInternalServerError',
  'PineconeMaxRetriesExceededError',
  'PineconeUnavailableError',
  'TimeoutError',
])

function passes(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const status = statusOf(error)
  if (status !== undefined) return verdictOnStatus(status) === 'moment'
  if (codesOf(error).some(isUntrusted)) return false
  // What `fetch` of Node.js throws when there is no connection.
  return PASSING.has(error.name) || (error instanceof TypeError && error.message === 'fetch failed')
}

/** That of the error, or at the end of its message, where the SDK has no class for it: a 429, a 504. */
function statusOf(error: Error & { status?: unknown }): number | undefined {
  if (typeof error.status === 'number') return error.status
  if (error.name !== 'PineconeUnmappedHttpError') return undefined
  const [, status] = /\bStatus: (\d{3})\.\s*$/.exec(error.message) ?? []
  return status === undefined ? undefined : Number(status)
}

/** Of the error and its causes: `CERT_HAS_EXPIRED`. */
function codesOf(error: Error & { code?: unknown }): string[] {
  const codes = error.cause instanceof Error ? codesOf(error.cause) : []
  return typeof error.code === 'string' ? [error.code, ...codes] : codes
}
