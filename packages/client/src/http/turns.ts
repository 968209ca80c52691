import { afterReactions } from '../lifetime/after-reactions.js'

/** Milliseconds. */
const MOST_OF_A_TURN = 3

let spent = 0
const waiting: (() => void)[] = []

/**
 * Does the work now, or where answers have taken enough of this turn of the event loop, in the next: several large
 * answers that come together would hold up the rest of the process for a tenth of a second. All work is done in the order
 * in which it is given, and must not throw.
 */
export function inTurn(work: () => void): void {
  if (spent >= MOST_OF_A_TURN) {
    waiting.push(work)
    return
  }
  if (spent === 0) afterReactions(nextTurn)
  spend(work)
}

function nextTurn(): void {
  spent = 0
  while (spent < MOST_OF_A_TURN) {
    const work = waiting.shift()
    if (!work) break
    spend(work)
  }
  if (spent > 0) afterReactions(nextTurn)
}

function spend(work: () => void): void {
  const began = performance.now()
  work()
  spent += performance.now() - began
}
