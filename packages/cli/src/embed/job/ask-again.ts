import { setTimeout as delay } from 'node:timers/promises'
import {
  type Embedding,
  type Encoding,
  PineconeApiError,
  type PineconeInference,
  PineconeInferenceError,
} from '@pinecone-inference/client'
import { isPassing } from '../../service/failure-kinds.js'
import type { EmbedCall } from './embed-job.js'

/** When a job is to end before it is done. */
export interface Stop {
  /** Nothing new is to be begun. */
  readonly requested: AbortSignal
  /** What is under way took too long to finish. */
  readonly overdue: AbortSignal
}

/** One input's vector, or why it has none. */
export type Embedded = Embedding<Encoding> | PineconeInferenceError

/** Milliseconds before each time. The client's own retries have taken some seconds by then. */
const PAUSES = [2_000, 10_000]

/**
 * Asks again for a request's texts after the service has failed it, so that a moment's failure ends no long run.
 *
 * @returns undefined where a stop is requested meanwhile
 * @throws the last failure, where it does not pass: none of the texts is given up for it
 */
export async function askAgain(
  client: PineconeInference,
  { model, parameters, encoding }: EmbedCall,
  texts: readonly string[],
  failure: PineconeInferenceError,
  { requested, overdue }: Stop,
): Promise<Embedded[] | undefined> {
  let last = failure
  for (const pause of PAUSES) {
    const asked = last instanceof PineconeApiError ? (last.retryAfterMs ?? 0) : 0
    if (!isPassing(last) || asked > pause) break
    const isOver = await delay(pause, true, { signal: requested }).catch(() => false)
    if (!isOver) return undefined
    const { data, failures } = await client.embedAll(
      { model, inputs: texts, parameters, encoding },
      { onError: 'collect', signal: overdue },
    )
    const embedded: (Embedded | null)[] = [...data]
    for (const { inputRange, error } of failures) embedded.fill(error, ...inputRange)
    const failed = failures.find(({ error }) => isPassing(error))
    if (!failed)
      return embedded.map((item) => item ?? new PineconeInferenceError('the service gave no vector'))
    last = failed.error
  }
  throw last
}
