import { ensureConfig } from '@langchain/core/runnables'

/**
 * The signal for a call that only its run needs: the caller's, combined with that of the run, which LangGraph keeps in
 * AsyncLocalStorage for what its nodes call. With null, the call does not follow the run.
 */
export function signalInRun(own: AbortSignal | null | undefined): AbortSignal | undefined {
  return own === null ? undefined : eitherSignal(own, ensureConfig().signal)
}

/** Aborts when either of them does. */
export function eitherSignal(
  own: AbortSignal | undefined,
  ofRun: AbortSignal | undefined,
): AbortSignal | undefined {
  return own && ofRun ? AbortSignal.any([own, ofRun]) : (own ?? ofRun)
}
