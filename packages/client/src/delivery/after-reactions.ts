/** Taken when this is loaded: a test that fakes timers later on must not keep a slot from coming back. */
const nextTurn: (callback: () => void) => unknown = globalThis.setImmediate ?? globalThis.setTimeout

/**
 * Calls back once everyone who waits for a promise that is about to be settled has heard of it, and has done what
 * follows at once: a turn of the event loop begins only when no promise's reaction is left.
 */
export function afterReactions(callback: () => void): void {
  nextTurn(callback)
}
