import type { EmbedAllOptions } from '@pinecone-inference/client'
import type { NamesOf } from '@pinecone-inference/client/adapters'

/** What LangChain's own interface has no room for. */
export interface EmbedCallOptions extends Pick<EmbedAllOptions, 'onProgress'> {
  /**
   * Aborts the call; it rejects with the signal's reason. Without one, `embedQuery` ends with the run that it is part of,
   * unless it is null. `embedDocuments` does not: what it works on is often for more than that run.
   */
  signal?: AbortSignal | null | undefined
  /** Milliseconds for the whole call, its retries included. Default: no limit but that of each attempt. */
  timeout?: number | undefined
}

/** The names of the options. */
export const EMBED_CALL_OPTIONS: NamesOf<EmbedCallOptions> = { signal: true, timeout: true, onProgress: true }
