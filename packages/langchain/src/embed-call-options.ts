import type { EmbedAllOptions } from '@pinecone-inference/client'
import type { NamesOf } from '@pinecone-inference/client/adapters'

/** What LangChain's own interface has no room for. */
export type EmbedCallOptions = Pick<EmbedAllOptions, 'signal' | 'timeout' | 'onProgress'>

/** The names of the options. */
export const EMBED_CALL_OPTIONS: NamesOf<EmbedCallOptions> = { signal: true, timeout: true, onProgress: true }
