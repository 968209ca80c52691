import { setTimeout as delay } from 'node:timers/promises'
import { backoff, parseRetryAfter, verdictOnStatus } from '@pinecone-inference/client/adapters'
import { IndexError } from '../ending/expected-error.js'

/** As many as `embed` makes of a request for vectors. */
const ATTEMPTS = 9
/** Milliseconds of one attempt; the service has no documented limit. */
const TIMEOUT = 60_000
/** Milliseconds; whoever asks for a longer wait is not waited for. */
const LONGEST_WAIT = 120_000
const SAY_INTERVAL = 10_000

export interface Patience {
  /** Ends requests and waits at once. */
  readonly signal: AbortSignal
  /** Tells the user why nothing happens, a line now and then. */
  readonly say: (line: string) => void
}

/**
 * A `fetch` that tries again where that may help: after 408, 429 and 5xx, a connection that fails or is cut, and an answer
 * that does not come; after `Retry-After`, else with backoff. What is sent to an index may be sent twice: an upsert and a
 * deletion by id do the same again. (The official SDK, up to 9, tries again after 5xx only.)
 *
 * @throws IndexError after the last attempt, and for an answer that the same request would get again
 */
export function patientFetch({ signal, say }: Patience): typeof fetch {
  let sayAfter = Number.NEGATIVE_INFINITY
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    refusePlainHttp(url)
    for (let attempt = 1; ; attempt++) {
      const outcome = await attemptOnce(url, init, signal)
      if (outcome instanceof Response) return outcome
      const { problem, passes, waitMs = backoff(attempt - 1), cause } = outcome
      const message = `${init?.method ?? 'GET'} ${url.host}${url.pathname}: ${problem}`
      if (!passes) throw new IndexError(message, { cause })
      if (attempt === ATTEMPTS || waitMs > LONGEST_WAIT) {
        throw new IndexError(`${message} (${attempt} ${attempt === 1 ? 'attempt' : 'attempts'})`, {
          passes: true,
          cause,
        })
      }
      if (attempt > 1 && performance.now() > sayAfter) {
        sayAfter = performance.now() + SAY_INTERVAL
        say(`${message}; trying again`)
      }
      await delay(waitMs, undefined, { signal })
    }
  }
}

interface Failure {
  readonly problem: string
  readonly passes: boolean
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
    // Read here, so that a body that is cut off is another attempt's.
    const body = await response.text()
    if (response.ok) return new Response(body, response)
    return {
      problem: `${response.status} ${messageIn(body) || response.statusText}`.trim(),
      passes: verdictOnStatus(response.status) === 'moment',
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

/** The data plane and the control plane have forms of their own for an error. */
function messageIn(body: string): string {
  try {
    const { message, error } = JSON.parse(body) as { message?: string; error?: { message?: string } }
    return error?.message ?? message ?? body
  } catch {
    return body.slice(0, 500)
  }
}

/** As the client does: a key is not sent in the clear to another machine. */
function refusePlainHttp({ protocol, hostname, host }: URL): void {
  if (protocol === 'https:' || process.env.PINECONE_INFERENCE_ALLOW_INSECURE === '1') return
  if (/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) return
  throw new IndexError(`http://${host} would get the key in the clear; --allow-insecure allows it`)
}
