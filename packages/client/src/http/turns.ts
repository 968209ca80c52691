import { afterReactions } from '../lifetime/after-reactions.js'

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
