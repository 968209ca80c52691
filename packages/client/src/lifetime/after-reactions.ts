/** Taken when the module loads, so that a test that fakes timers later cannot keep a slot from coming back. */
const nextTurn = realNextTurn()

/**
 * Calls back once everything that awaits a promise about to settle has run: a new turn of the event loop begins only
 * when no promise reaction is left.
 */
export function afterReactions(callback: () => void): void {
  nextTurn(callback)
}

/** Whether `setImmediate` is Node's own, not the one of a test's fake timers (nodejs/node, lib/timers.js). */
export function isImmediateReal(): boolean {
  return (
    typeof globalThis.setImmediate === 'function' &&
    Function.prototype.toString.call(globalThis.setImmediate).includes('validateFunction')
  )
}

/** Bun and Deno say that they are Node, too. */
function isNode(): boolean {
  return Boolean(globalThis.process?.versions?.node) && !('Bun' in globalThis) && !('Deno' in globalThis)
}

function realNextTurn(): (callback: () => void) => unknown {
  const { setImmediate, setTimeout, MessageChannel } = globalThis
  // Node alone is known well enough to tell its own from a fake: where a test has faked it already, a message comes in a
  // turn of its own, too. Jest's jsdom environment has neither.
  if (isNode() && !isImmediateReal() && typeof MessageChannel === 'function') {
    return (callback) => {
      const { port1, port2 } = new MessageChannel()
      port1.once('message', () => {
        port1.close()
        callback()
      })
      port2.postMessage(undefined)
    }
  }
  return setImmediate ?? setTimeout
}
