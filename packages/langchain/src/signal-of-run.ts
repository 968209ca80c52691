import { loadRunnables } from './load-runnables.js'

/**
 * A call ends with the run it is part of. The interfaces of embeddings and compressors have no room for a signal;
 * LangGraph carries one around what its nodes call.
 */
export async function withSignalOfRun<O extends { signal?: AbortSignal | undefined }>(
  options: O,
): Promise<O> {
  const { ensureConfig } = await loadRunnables()
  return { ...options, signal: eitherSignal(options.signal, ensureConfig().signal) }
}

/** Aborts with whichever aborts first. */
export function eitherSignal(
  own: AbortSignal | undefined,
  ofRun: AbortSignal | undefined,
): AbortSignal | undefined {
  return own && ofRun ? AbortSignal.any([own, ofRun]) : (own ?? ofRun)
}
