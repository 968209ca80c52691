import type { Embedding, Encoding } from '../api/embed.js'
import type { RankedDocument } from '../api/rerank.js'

/** The inputs (or documents) an error is about: from `start` up to, not including, `end`. */
export type InputRange = readonly [start: number, end: number]

/** What `embedAll` or `embedStream` had finished when it failed, in input order. */
export interface PartialEmbeddings {
  readonly data: readonly { readonly index: number; readonly embedding: Embedding<Encoding> }[]
  readonly usage: { readonly totalTokens: number }
}

/** What `rerankAll` had finished when it failed, best first. */
export interface PartialRanking {
  readonly data: readonly RankedDocument[]
  readonly usage: { readonly rerankUnits: number }
}

/**
 * The base of every error this package throws, except an abort, which rejects with the signal's own reason.
 *
 * `message` says what was tried, what came back and what to do; `cause` keeps the underlying error.
 * No property of it ever holds the API key, or a value of the client's `headers` that could be a secret: one of 8
 * characters or more that is no media type.
 */
export class PineconeInferenceError extends Error {
  override name = 'PineconeInferenceError'

  /** How often the request was sent. */
  attempts?: number

  /** In a bulk call: which inputs (or documents) failed. */
  inputRange?: InputRange

  /** In a bulk call: what was finished before the failure. */
  partial?: PartialEmbeddings | PartialRanking
}
