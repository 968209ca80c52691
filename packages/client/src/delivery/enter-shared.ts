import type { Load } from '../budget/rate-budget.js'
import type { BudgetEntry, SharedBudget } from '../budget/shared-budget.js'
import type { Call } from './call.js'

/** Waits until the shared budget lets the request in, or the call is stopped. */
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
    return await shared.enter(request, stopped.signal)
  } finally {
    stopListening()
  }
}
