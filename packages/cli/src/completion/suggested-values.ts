import type { Argument, Option } from 'commander'

const suggested = new WeakMap<Option | Argument, readonly string[]>()

/** Values that completion offers for an option or argument which takes others too. */
export function suggestValues<Taker extends Option | Argument>(
  taker: Taker,
  values: readonly string[],
): Taker {
  suggested.set(taker, values)
  return taker
}

/** The values that an option or argument is known to take; undefined if it takes anything, such as a file. */
export function knownValues(taker: Option | Argument): readonly string[] | undefined {
  return taker.argChoices ?? suggested.get(taker)
}
