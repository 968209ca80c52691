import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { RequestRetryEvent, RequestWaitEvent } from '@pinecone-inference/client'

const RETRY = 'pinecone-inference:request:retry'
const WAIT = 'pinecone-inference:request:wait'
/** Shorter waits are not reported. */
const LONG_WAIT_MS = 5_000
const INTERVAL_MS = 10_000

/**
 * Reports why a command takes long: a request that failed again, or a long wait for the rate limit, at most a line every
 * ten seconds; and once, that the service takes only so many requests at a time.
 *
 * @returns a function that ends the reports
 */
export function sayRetries(say: (line: string) => void): () => void {
  let next = Number.NEGATIVE_INFINITY
  const saidAtATime = new Set<string>()
  const onRetry = (event: unknown) => {
    const { request, error } = event as RequestRetryEvent
    const now = performance.now()
    if (request.attempt < 2 || now < next) return
    next = now + INTERVAL_MS
    say(`${error instanceof Error ? error.message : error}; retrying`)
  }
  const onWait = (event: unknown) => {
    const { request, wait } = event as RequestWaitEvent
    const of = [request.model, request.inputType && `(${request.inputType})`].filter(Boolean).join(' ')
    if (wait.atATime !== undefined) {
      const line = `the service takes ${wait.atATime} ${wait.atATime === 1 ? 'request' : 'requests'} for ${of} at a time`
      if (!saidAtATime.has(line)) say(line)
      saidAtATime.add(line)
      return
    }
    const now = performance.now()
    if (wait.waitMs < LONG_WAIT_MS || now < next) return
    next = now + INTERVAL_MS
    const limit = wait.perMinute === undefined ? '' : ` of ${wait.perMinute.toLocaleString('en')} a minute`
    const why = wait.reason === 'refused' ? 'the service answered 429' : `${wait.reason}${limit}`
    say(`waiting ${Math.ceil(wait.waitMs / 1000)} s for ${of}: ${why}`)
  }
  subscribe(RETRY, onRetry)
  subscribe(WAIT, onWait)
  return () => {
    unsubscribe(RETRY, onRetry)
    unsubscribe(WAIT, onWait)
  }
}
