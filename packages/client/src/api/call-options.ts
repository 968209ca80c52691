import type { EmbedUsage } from './embed.js'

export interface CallOptions {
  /** Aborts the call at any point; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Milliseconds for one attempt, from connecting to the last byte. Default: the client's `timeout`. */
  timeout?: number | undefined
  /**
   * Headers of this call's requests. They override the client's `headers` and follow the same rules. A model look-up,
   * which calls share, is sent without them.
   */
  headers?: Record<string, string> | undefined
  /** Called with the status and headers of each answer to this call, including those of failed attempts. */
  onResponse?: ((response: CallResponse) => void) | undefined
}

export interface CallResponse {
  /** HTTP status. */
  readonly status: number
  /**
   * Names are in lower case, such as `x-pinecone-request-id`. If a value repeats the API key, or a value of `headers`
   * that errors hide too, it is redacted.
   */
  readonly headers: Readonly<Record<string, string>>
}

export interface EmbedProgress {
  /** Inputs finished so far: embedded, or failed with `onError: 'collect'`. */
  done: number
  /** Inputs in total. */
  total: number
  usage: EmbedUsage
}

export interface EmbedAllOptions extends CallOptions {
  /** Called after each finished batch. */
  onProgress?: ((progress: EmbedProgress) => void) | undefined
  /** Inputs per request, at most the model's limit. Default: the model's limit. */
  batchSize?: number | undefined
  /**
   * The default: after a failed request nothing more is sent, and its error is thrown together with what was finished.
   */
  onError?: 'throw' | undefined
}

export interface CollectingEmbedAllOptions extends Omit<EmbedAllOptions, 'onError'> {
  /**
   * A failed request does not end the call: the result has nulls in its place, and a list of the failures. A request
   * that is refused (400, 413, 422) is split in halves until the inputs at fault are found. Empty texts are not sent;
   * they are among the failures.
   */
  onError: 'collect'
}

export interface EmbedStreamOptions extends CallOptions {
  /** Inputs per request, at most the model's limit. Default: the model's limit. */
  batchSize?: number | undefined
  /**
   * Ends the stream early without losing what is paid for. Once this signal aborts, the stream ends, in order, after
   * the last batch that is on the wire or answered. Nothing after that batch is sent; one before it that waits for a
   * retry still is. To end the stream at once, abort `signal`.
   */
  drain?: AbortSignal | undefined
  /** The default: the stream yields everything before the first failed request, then throws its error. */
  onError?: 'throw' | undefined
}

export interface CollectingEmbedStreamOptions extends Omit<EmbedStreamOptions, 'onError'> {
  /**
   * The inputs of a failed request are yielded in their place, with its error, and the stream continues. A request that
   * is refused (400, 413, 422) is split in halves until the inputs at fault are found. Empty texts are not sent; they
   * are yielded with an error in their place.
   */
  onError: 'collect'
}
