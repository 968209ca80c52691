/**
 * What an error says about the next attempt. It is settled where the error is made, and everything that has to choose
 * (a retry, the halving of a batch, a queue of jobs, an exit code) reads it.
 *
 * - `'input'`: the service, or the client before sending, refuses what was sent: one of the inputs, or the request as a
 *   whole. The same request will be refused again; another one may pass.
 * - `'setup'`: every request fails alike until somebody changes something: the key, the model, an option, the network's
 *   settings.
 * - `'moment'`: it passes by itself. The client has tried again as often as `maxRetries` allows.
 * - `'quota'`: a budget is used up that does not come back within minutes, such as the month's.
 */
export type Verdict = 'input' | 'setup' | 'moment' | 'quota'

/** Of the 5xx these two say that the service will never do what it is asked (RFC 9110, 15.6.2 and 15.6.6). */
const FINAL_SERVER_ERRORS = new Set([501, 505])

/** The service looked at the request's content and refuses it. */
const REFUSALS = new Set([400, 413, 422])

/** The verdict on an HTTP status that is not 2xx. Proxies have codes of their own above 504: Cloudflare's 520 to 529. */
export function verdictOnStatus(status: number): Verdict {
  if (REFUSALS.has(status)) return 'input'
  const passes = status === 408 || status === 429 || (status >= 500 && !FINAL_SERVER_ERRORS.has(status))
  return passes ? 'moment' : 'setup'
}
