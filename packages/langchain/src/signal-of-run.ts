import { ensureConfig } from '@langchain/core/runnables'

/**
 * A call without a signal of its own ends with the run it is part of. The interfaces of embeddings and compressors
 * have no room for a signal; LangGraph carries one around what its nodes call.
 */
export function withSignalOfRun<O extends { signal?: AbortSignal }>(options: O): O {
  const signal = options.signal ?? ensureConfig().signal
  return { ...options, ...(signal && { signal }) }
}
