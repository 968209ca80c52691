import type { Load } from '../budget/rate-budget.js'
import type { BudgetEntry, SharedBudget } from '../budget/shared-budget.js'
import { PineconeInferenceError } from '../errors/inference-error.js'
import { tell } from '../observe/tell.js'
import type { Call } from './call.js'

/**
 * Waits until the shared budget lets the request in, or the call is stopped. Whatever the entry throws when it is told
 * how the request ended is a warning.
 *
 * @throws PineconeInferenceError when the budget itself fails
 */
export async function enterShared(
  shared: SharedBudget,
  { model, inputType, textBytes }: Load,
  amount: number,
  call: Call,
): Promise<BudgetEntry> {
  const stopped = new AbortController()
  const stopListening = call.onStop((reason) => stopped.abort(reason))
  const request = {
    model,
    ...(inputType === undefined ? {} : { inputType }),
    ...(textBytes === undefined ? {} : { tokens: amount }),
  }
  try {
    const entry = await shared.enter(request, stopped.signal)
    return {
      accepted: (tokens) => tell(() => entry.accepted(tokens)),
      refused: (retryAfterMs) => tell(() => entry.refused(retryAfterMs)),
      failed: () => tell(() => entry.failed()),
    }
  } catch (cause) {
    call.throwIfStopped()
    const words = cause instanceof Error ? cause.message : String(cause)
    throw new PineconeInferenceError(`sharedBudget failed, and nothing was sent: ${words}`, { cause })
  } finally {
    stopListening()
  }
}
