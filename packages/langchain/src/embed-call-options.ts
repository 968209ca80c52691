import type { EmbedAllOptions } from '@pinecone-inference/client'

/** What LangChain's own interface has no room for. */
export type EmbedCallOptions = Pick<EmbedAllOptions, 'signal' | 'timeout' | 'onProgress'>
