import type { EmbedAllOptions } from '@pinecone-inference/client'
import type { NamesOf } from '@pinecone-inference/client/adapters'

/** Options beyond LangChain's own interface. */
export interface EmbedCallOptions extends Pick<EmbedAllOptions, 'onProgress'> {
  /**
   * Aborts the call, which rejects with the signal's reason. Without one, `embedQuery` ends with the run that it is part
   * of; null keeps it independent. `embedDocuments` never follows a run: its vectors often serve other runs too.
   */
  signal?: AbortSignal | null | undefined
  /** Milliseconds for the whole call, retries included. Default: only each attempt has a limit. */
  timeout?: number | undefined
}

/** The names of the options. */
export const EMBED_CALL_OPTIONS: NamesOf<EmbedCallOptions> = { signal: true, timeout: true, onProgress: true }
