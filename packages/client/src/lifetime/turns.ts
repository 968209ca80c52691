/** Captured when the module loads, so that a test that fakes timers later cannot hold back a slot. */
const callInNextTurn = realNextTurn()

/**
 * Calls back once everything that awaits a promise about to settle has run: a new turn of the event loop begins only
 * when no promise reaction is left.
 */
export function afterReactions(callback: () => void): void {
  callInNextTurn(callback)
}

/** Whether `setImmediate` is Node's own, and not a test's fake (nodejs/node, lib/timers.js). */
export function isImmediateReal(): boolean {
  return (
    typeof globalThis.setImmediate === 'function' &&
    Function.prototype.toString.call(globalThis.setImmediate).includes('validateFunction')
  )
}

/** Bun and Deno also claim to be Node. */
function isNode(): boolean {
  return Boolean(globalThis.process?.versions?.node) && !('Bun' in globalThis) && !('Deno' in globalThis)
}

function realNextTurn(): (callback: () => void) => unknown {
  const { setImmediate, setTimeout, MessageChannel } = globalThis
  // Only Node's own function can be told from a fake. If a test has already faked it, a message also arrives in a turn
  // of its own. Jest's jsdom environment has neither.
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

/** Milliseconds of work in one turn of the event loop. */
const MAX_PER_TURN = 3

let spent = 0
const waiting: (() => void)[] = []

/**
 * Does the work now, or in the next turn of the event loop if this turn has spent long enough reading answers: several
 * large answers at once would block the process for a tenth of a second. Work is done in the order given and must not
 * throw.
 *
 * Data that has arrived waits here, and the connection is not paused: if the server closes a paused one, undici 6 and 7
 * throw where nobody can catch it (lib/dispatcher/client-h1.js, `assert(!this.paused)` in `finish`; seen in 7.30.2).
 */
export function inTurn(work: () => void): void {
  if (spent < MAX_PER_TURN) {
    spend(work)
    return
  }
  if (waiting.length === 0) afterReactions(nextTurn)
  waiting.push(work)
}

function nextTurn(): void {
  spent = 0
  while (spent < MAX_PER_TURN) {
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
