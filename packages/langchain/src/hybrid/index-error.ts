import { PineconeInferenceError, type Verdict } from '@pinecone-inference/client'
import { isUntrusted, verdictOnStatus } from '@pinecone-inference/client/adapters'

/**
 * The index did not store records or did not answer a query. `cause` is the error of Pinecone's SDK, after its own
 * retries if it made any.
 */
export class PineconeIndexError extends PineconeInferenceError {
  override name = 'PineconeIndexError'
  /**
   * `'moment'` for a temporary failure: no connection, a 408, 429 or 5xx. Otherwise `'setup'`, also for a 400: usually
   * the index has another dimension or metric, and the SDK has the same error for a 403.
   */
  override readonly verdict: Verdict

  constructor(problem: string, cause: unknown) {
    super(`${problem}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.verdict = passes(cause) ? 'moment' : 'setup'
  }
}

/** By name, because the SDK is the user's own: `dist/errors` of @pinecone-database/pinecone 4.1.0 to 9.0.0. */
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
  // Node.js's `fetch` throws this when there is no connection.
  return PASSING.has(error.name) || (error instanceof TypeError && error.message === 'fetch failed')
}

/** The error's status or, if the SDK has no class for it (429, 504), the one at the end of its message. */
function statusOf(error: Error & { status?: unknown }): number | undefined {
  if (typeof error.status === 'number') return error.status
  if (error.name !== 'PineconeUnmappedHttpError') return undefined
  const [, status] = /\bStatus: (\d{3})\.\s*$/.exec(error.message) ?? []
  return status === undefined ? undefined : Number(status)
}

/** Codes of the error and its causes, such as `CERT_HAS_EXPIRED`. */
function codesOf(error: Error & { code?: unknown }): string[] {
  const codes = error.cause instanceof Error ? codesOf(error.cause) : []
  return typeof error.code === 'string' ? [error.code, ...codes] : codes
}
