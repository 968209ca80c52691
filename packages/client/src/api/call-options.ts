import type { EmbedUsage } from './embed.js'

export interface CallOptions {
  /** Aborts the call at any point; it rejects with the signal's reason. */
  signal?: AbortSignal
  /** Milliseconds for one attempt, connection to last byte. Default: the client's. */
  timeout?: number
}

export interface EmbedProgress {
  /** Inputs embedded so far. */
  done: number
  /** Inputs in all. */
  total: number
  usage: EmbedUsage
}

export interface EmbedAllOptions extends CallOptions {
  /** Called after each finished batch. */
  onProgress?: (progress: EmbedProgress) => void
  /** Inputs per request, at most the model's limit. Default: the model's limit. */
  batchSize?: number
}

export interface EmbedStreamOptions extends CallOptions {
  /** Inputs per request, at most the model's limit. Default: the model's limit. */
  batchSize?: number
}
