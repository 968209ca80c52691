import type { EmbedUsage } from './embed.js'

export interface CallOptions {
  /** Aborts the call at any point; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Milliseconds for one attempt, connection to last byte. Default: the client's. */
  timeout?: number | undefined
  /**
   * Sent with the requests of this call; they override the client's `headers` and follow the same rules. A look-up of a
   * model, which calls share, is sent without them.
   */
  headers?: Record<string, string> | undefined
  /** Called with status and headers of each answer to this call, those of failed attempts included. */
  onResponse?: ((response: CallResponse) => void) | undefined
}

export interface CallResponse {
  /** HTTP status. */
  readonly status: number
  /**
   * By their names in lower case, such as `x-pinecone-request-id`. Where one repeats the API key, or a value of the
   * client's `headers` that errors do not show either, it is blotted out.
   */
  readonly headers: Readonly<Record<string, string>>
}

export interface EmbedProgress {
  /** Inputs finished so far: embedded, or failed with `onError: 'collect'`. */
  done: number
  /** Inputs in all. */
  total: number
  usage: EmbedUsage
}

export interface EmbedAllOptions extends CallOptions {
  /** Called after each finished batch. */
  onProgress?: ((progress: EmbedProgress) => void) | undefined
  /** Inputs per request, at most the model's limit. Default: the model's limit. */
  batchSize?: number | undefined
  /** The default: after a failed request nothing more is sent, and its error is thrown with what was finished. */
  onError?: 'throw' | undefined
}

export interface CollectingEmbedAllOptions extends Omit<EmbedAllOptions, 'onError'> {
  /**
   * A failed request does not end the call: the result has gaps, and a list of the failures. A request that is refused
   * (400, 413, 422) is sent again in halves, down to the inputs that are at fault. Empty texts are not sent, and are
   * among the failures.
   */
  onError: 'collect'
}

export interface EmbedStreamOptions extends CallOptions {
  /** Inputs per request, at most the model's limit. Default: the model's limit. */
  batchSize?: number | undefined
  /**
   * Ends the stream early without losing what is paid for: once it aborts, the stream ends, in order, after the last
   * batch that is on the wire or answered. Nothing after that is sent; a batch before it that waits for another attempt
   * still is. To end the stream at once, abort `signal`.
   */
  drain?: AbortSignal | undefined
  /** The default: the stream ends with the error of the first failed request, after everything before it. */
  onError?: 'throw' | undefined
}

export interface CollectingEmbedStreamOptions extends Omit<EmbedStreamOptions, 'onError'> {
  /**
   * A failed request's inputs are yielded in their place, with its error, and the stream continues. A request that is
   * refused (400, 413, 422) is sent again in halves, down to the inputs that are at fault. Empty texts are not sent, and
   * are yielded with an error in their place.
   */
  onError: 'collect'
}
