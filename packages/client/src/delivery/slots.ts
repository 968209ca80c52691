import type { Call } from './call.js'
import { WaitingLine } from './waiting-line.js'

interface Waiter {
  readonly call: Call
  readonly urgent: boolean
  enter(): void
}

/** At most so many requests in flight; a freed slot goes to the next in line at once. */
export class Slots {
  #free: number
  readonly #waiting = new WaitingLine<Waiter>()

  constructor(count: number) {
    this.#free = count
  }

  /** Resolves when a slot is taken; whoever took it calls `release()`. Rejects when the call is stopped. */
  acquire(call: Call, urgent: boolean): Promise<void> {
    if (this.#free > 0) {
      this.#free--
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        call,
        urgent,
        enter() {
          stopListening()
          resolve()
        },
      }
      const stopListening = call.onStop((reason) => {
        stopListening()
        this.#waiting.remove(waiter)
        reject(reason)
      })
      this.#waiting.add(waiter)
    })
  }

  release(): void {
    const next = this.#waiting.next()
    if (next) next.enter()
    else this.#free++
  }
}
