/**
 * The same list, safe from what its owner does with it while the run's signal is looked for. Anything but an array is
 * left for the client to refuse.
 */
export function ownCopy<L extends readonly unknown[]>(list: L): L {
  return (Array.isArray(list) ? [...list] : list) as L
}
