import {
  type Embedding,
  type Encoding,
  type PineconeInference,
  PineconeInferenceError,
  PineconeInvalidRequestError,
} from '@pinecone-inference/client'
import type { EmbedCall } from './embed-job.js'

/** One input's vector, or why it has none. */
export type Embedded = Embedding<Encoding> | PineconeInferenceError

/** Whether the service looked at the request and will not take it, however often it is sent. */
export function isRefusal(error: unknown): boolean {
  return error instanceof PineconeInvalidRequestError && error.status !== 404
}

/**
 * Embeds the texts of a request that was refused in smaller ones, down to those that are at fault: one bad text must
 * not take the others of its request with it.
 */
export async function isolateRefused(
  client: PineconeInference,
  call: EmbedCall,
  texts: readonly string[],
  error: PineconeInferenceError,
  signal: AbortSignal,
): Promise<Embedded[]> {
  if (texts.length === 1 || !isRefusal(error)) return texts.map(() => error)
  const batchSize = Math.ceil(texts.length / 2)
  const { data, failures } = await client.embedAll(
    { model: call.model, inputs: texts, parameters: call.parameters, encoding: call.encoding },
    { onError: 'collect', batchSize, signal },
  )
  const embedded: (Embedded | null)[] = [...data]
  for (const { inputRange, error } of failures) {
    const part = texts.slice(...inputRange)
    const found = await isolateRefused(client, call, part, error, signal)
    embedded.splice(inputRange[0], part.length, ...found)
  }
  return embedded.map((item) => item ?? new PineconeInferenceError('the service gave no vector'))
}
