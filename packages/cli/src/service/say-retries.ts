import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { RequestRetryEvent, RequestWaitEvent } from '@pinecone-inference/client'

const RETRY = 'pinecone-inference:request:retry'
const WAIT = 'pinecone-inference:request:wait'
/** A shorter wait is not worth a line. */
const LONG_WAIT_MS = 5_000
const INTERVAL_MS = 10_000

/**
 * Says why nothing comes, when a request has failed again, and now and then after that: the client is patient.
 *
 * @returns how to end it
 */
export function sayRetries(say: (line: string) => void): () => void {
  let next = Number.NEGATIVE_INFINITY
  const onRetry = (event: unknown) => {
    const { request, error } = event as RequestRetryEvent
    const now = performance.now()
    if (request.attempt < 2 || now < next) return
    next = now + INTERVAL_MS
    say(`${error instanceof Error ? error.message : error}; tried again`)
  }
  const onWait = (event: unknown) => {
    const { request, wait } = event as RequestWaitEvent
    const now = performance.now()
    if (wait.waitMs < LONG_WAIT_MS || now < next) return
    next = now + INTERVAL_MS
    const limit = wait.perMinute === undefined ? '' : ` of ${wait.perMinute.toLocaleString('en')} a minute`
    const why = wait.reason === 'refused' ? 'the service has answered 429' : `${wait.reason}${limit}`
    const of = [request.model, request.inputType && `(${request.inputType})`].filter(Boolean).join(' ')
    say(`waiting ${Math.ceil(wait.waitMs / 1000)} s for ${of}: ${why}`)
  }
  subscribe(RETRY, onRetry)
  subscribe(WAIT, onWait)
  return () => {
    unsubscribe(RETRY, onRetry)
    unsubscribe(WAIT, onWait)
  }
}
