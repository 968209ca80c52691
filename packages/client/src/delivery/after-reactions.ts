/**
 * Calls back once everyone who waits for a promise that is about to be settled has heard of it, and has done what
 * follows at once: a turn of the event loop begins only when no promise's reaction is left.
 */
export function afterReactions(callback: () => void): void {
  if ('setImmediate' in globalThis) setImmediate(callback)
  else setTimeout(callback)
}
