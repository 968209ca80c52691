import { PineconeInference, type PineconeInferenceOptions } from '@pinecone-inference/client'

/** Either a client to share (one pool of connections, one limit for everything), or options for one of its own. */
export type ClientFields =
  | ({ client: PineconeInference } & { [O in keyof PineconeInferenceOptions]?: never })
  | ({ client?: never } & PineconeInferenceOptions)

export function clientFrom(fields: ClientFields): PineconeInference {
  return fields.client ?? new PineconeInference(fields)
}
