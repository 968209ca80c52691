import { setTimeout as delay } from 'node:timers/promises'
import { backoff, parseRetryAfter, verdictOnStatus } from '@pinecone-inference/client/adapters'
import { IndexError } from '../ending/expected-error.js'

/** As many as `embed` makes for a request. */
const ATTEMPTS = 9
/** Milliseconds for one attempt; the service documents no limit. */
const TIMEOUT = 60_000
/** Milliseconds; a longer `Retry-After` ends the request. */
const LONGEST_WAIT = 120_000
const SAY_INTERVAL = 10_000

export interface Patience {
  /** Aborts requests and waits at once. */
  readonly signal: AbortSignal
  /** Prints a line, at most every ten seconds, about why nothing happens. */
  readonly say: (line: string) => void
}

/**
 * A `fetch` that retries where that may help: after 408, 429 and 5xx, a failed or broken connection, and a timeout. It waits
 * for `Retry-After`, or with backoff. A request may be sent twice, which is safe: an upsert and a deletion by id are
 * idempotent. (The official SDK, up to 9, retries after 5xx only.)
 *
 * @throws IndexError after the last attempt, and for a response that the same request would get again
 */
export function patientFetch({ signal, say }: Patience): typeof fetch {
  let sayAfter = Number.NEGATIVE_INFINITY
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    refusePlainHttp(url)
    for (let attempt = 1; ; attempt++) {
      const outcome = await attemptOnce(url, init, signal)
      if (outcome instanceof Response) return outcome
      const { problem, passes, status, waitMs = backoff(attempt - 1), cause } = outcome
      const message = `${init?.method ?? 'GET'} ${url.host}${url.pathname}: ${problem}`
      if (!passes) throw new IndexError(message, { status, cause })
      if (attempt === ATTEMPTS || waitMs > LONGEST_WAIT) {
        throw new IndexError(`${message} (${attempt} ${attempt === 1 ? 'attempt' : 'attempts'})`, {
          passes: true,
          cause,
        })
      }
      if (attempt > 1 && performance.now() > sayAfter) {
        sayAfter = performance.now() + SAY_INTERVAL
        say(`${message}; retrying`)
      }
      await delay(waitMs, undefined, { signal })
    }
  }
}

interface Failure {
  readonly problem: string
  readonly passes: boolean
  readonly status?: number
  readonly waitMs?: number | undefined
  readonly cause?: unknown
}

async function attemptOnce(
  url: URL,
  init: RequestInit | undefined,
  signal: AbortSignal,
): Promise<Response | Failure> {
  try {
    const response = await fetch(url, {
      ...init,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
    })
    // Read here, so that a truncated body is retried.
    const body = await response.text()
    if (response.ok) return new Response(body, response)
    return {
      problem: `${response.status} ${messageIn(body) || response.statusText}`.trim(),
      passes: verdictOnStatus(response.status) === 'moment',
      status: response.status,
      waitMs: parseRetryAfter(
        response.headers.get('retry-after') ?? undefined,
        response.headers.get('date') ?? undefined,
        Date.now(),
      ),
    }
  } catch (cause) {
    signal.throwIfAborted()
    const { message, cause: reason } = cause as Error
    return { problem: reason instanceof Error ? reason.message || message : message, passes: true, cause }
  }
}

/** The data plane and the control plane format errors differently. */
function messageIn(body: string): string {
  try {
    const { message, error } = JSON.parse(body) as { message?: string; error?: { message?: string } }
    return error?.message ?? message ?? body
  } catch {
    return body.slice(0, 500)
  }
}

/** Like the client, refuses to send a key unencrypted to another machine. */
function refusePlainHttp({ protocol, hostname, host }: URL): void {
  if (protocol === 'https:' || process.env.PINECONE_INFERENCE_ALLOW_INSECURE === '1') return
  if (/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) return
  throw new IndexError(`the key would be sent unencrypted to http://${host}; --allow-insecure allows that`)
}
