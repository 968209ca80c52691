import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { RequestRetryEvent } from '@pinecone-inference/client'

/** Resolves when a client is about to send a request again, and waits. */
export function nextRetry(): Promise<RequestRetryEvent> {
  return new Promise((resolve) => {
    const channel = 'pinecone-inference:request:retry'
    const listener = (event: unknown) => {
      unsubscribe(channel, listener)
      resolve(event as RequestRetryEvent)
    }
    subscribe(channel, listener)
  })
}
