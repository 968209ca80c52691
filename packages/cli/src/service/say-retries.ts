import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { RequestRetryEvent } from '@pinecone-inference/client'

const CHANNEL = 'pinecone-inference:request:retry'
const INTERVAL_MS = 10_000

/**
 * Says why nothing comes, when a request has failed again, and now and then after that: the client is patient.
 *
 * @returns how to end it
 */
export function sayRetries(say: (line: string) => void): () => void {
  let next = Number.NEGATIVE_INFINITY
  const listener = (event: unknown) => {
    const { request, error } = event as RequestRetryEvent
    const now = performance.now()
    if (request.attempt < 2 || now < next) return
    next = now + INTERVAL_MS
    say(`${error instanceof Error ? error.message : error}; tried again`)
  }
  subscribe(CHANNEL, listener)
  return () => void unsubscribe(CHANNEL, listener)
}
