import { ensureConfig } from '@langchain/core/runnables'

/**
 * The signal of a call that is of use to its run alone: the one given, and the run's, which LangGraph carries around what
 * its nodes call. With null it does not follow the run.
 */
export function signalInRun(own: AbortSignal | null | undefined): AbortSignal | undefined {
  return own === null ? undefined : eitherSignal(own, ensureConfig().signal)
}

/** Aborts with whichever aborts first. */
export function eitherSignal(
  own: AbortSignal | undefined,
  ofRun: AbortSignal | undefined,
): AbortSignal | undefined {
  return own && ofRun ? AbortSignal.any([own, ofRun]) : (own ?? ofRun)
}
