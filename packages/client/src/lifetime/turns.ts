/** Taken when the module loads, so that a test that fakes timers later cannot keep a slot from coming back. */
const callInNextTurn = realNextTurn()

/**
 * Calls back once everything that awaits a promise about to settle has run: a new turn of the event loop begins only
 * when no promise reaction is left.
 */
export function afterReactions(callback: () => void): void {
  callInNextTurn(callback)
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

/** Milliseconds. */
const MOST_IN_A_ROW = 3

let spent = 0
const waiting: (() => void)[] = []

/**
 * Does the work now, or where answers have been read for long enough without a turn of the event loop, in the next one:
 * several large answers that come together would hold up the rest of the process for a tenth of a second. All work is
 * done in the order in which it is given, and must not throw.
 *
 * What has arrived waits here, and the connection is not paused: if the server closes it meanwhile, undici 6 and 7 throw
 * where nobody can catch it (lib/dispatcher/client-h1.js, `assert(!this.paused)` in `finish`; seen in 7.30.2).
 */
export function inTurn(work: () => void): void {
  if (spent < MOST_IN_A_ROW) {
    spend(work)
    return
  }
  if (waiting.length === 0) afterReactions(nextTurn)
  waiting.push(work)
}

function nextTurn(): void {
  spent = 0
  while (spent < MOST_IN_A_ROW) {
    const work = waiting.shift()
    if (!work) return
    spend(work)
  }
  if (waiting.length > 0) afterReactions(nextTurn)
}

function spend(work: () => void): void {
  const began = performance.now()
  work()
  spent += performance.now() - began
}
