import { loadRunnables } from './load-runnables.js'

/**
 * A call without a signal of its own ends with the run it is part of. The interfaces of embeddings and compressors
 * have no room for a signal; LangGraph carries one around what its nodes call.
 */
export async function withSignalOfRun<O extends { signal?: AbortSignal | undefined }>(
  options: O,
): Promise<O> {
  if (options.signal) return options
  const { ensureConfig } = await loadRunnables()
  const { signal } = ensureConfig()
  return { ...options, ...(signal && { signal }) }
}
