import type { Embedding, Encoding } from '../api/embed.js'
import type { RankedDocument } from '../api/rerank.js'
import { asOneLine } from './as-written.js'
import { brand, hasBrandOf } from './brand.js'
import type { Verdict } from './verdict.js'

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
 * `message` says in one line what was tried, what came back and what to do; `cause` keeps the underlying error.
 * No property of it ever holds the API key, or a value of the client's `headers` that could be a secret: one of 8
 * characters or more that is no media type.
 *
 * `instanceof` holds across the package's ES module and CommonJS builds.
 */
export class PineconeInferenceError extends Error {
  override name = 'PineconeInferenceError'

  /** What the error says about the next attempt. */
  readonly verdict: Verdict = 'setup'

  /** How often the request was sent. */
  attempts?: number

  /** In a bulk call: which inputs (or documents) failed. */
  inputRange?: InputRange

  /** In a bulk call: what was finished before the failure. */
  partial?: PartialEmbeddings | PartialRanking

  constructor(message: string, options?: ErrorOptions) {
    super(asOneLine(message), options)
  }

  static override [Symbol.hasInstance](this: { readonly prototype: object }, value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a subclass inherits it, and then this is the subclass
    return hasBrandOf(this.prototype, value)
  }
}
brand(PineconeInferenceError, 'inference')
