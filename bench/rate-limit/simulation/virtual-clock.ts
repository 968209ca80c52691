import type { Clock } from '../../../packages/client/src/budget/local-budget.js'

interface Timer {
  readonly at: number
  readonly number: number
  callback: (() => void) | undefined
}

/** A clock that jumps to its next timer as soon as all that happens at once has happened. */
export class VirtualClock implements Clock {
  #now = 0
  #numbers = 0
  readonly #heap: Timer[] = []

  readonly now = (): number => this.#now

  setTimeout(callback: () => void, milliseconds: number): Timer {
    const timer = { at: this.#now + Math.max(0, milliseconds), number: this.#numbers++, callback }
    this.#push(timer)
    return timer
  }

  clearTimeout(timer: unknown): void {
    if (timer) (timer as Timer).callback = undefined
  }

  elapse(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.setTimeout(resolve, milliseconds))
  }

  /** Runs until the work is done, or so much time has passed. */
  async run(work: Promise<unknown>, atMost: number): Promise<void> {
    let done = false
    work.then(
      () => {
        done = true
      },
      () => {
        done = true
      },
    )
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve))
      if (done) return
      const timer = this.#pop()
      if (!timer) throw new Error('nothing is left to happen')
      if (!timer.callback) continue
      if (timer.at > atMost) return
      this.#now = timer.at
      timer.callback()
      for (let next = this.#heap[0]; next && next.at === timer.at; next = this.#heap[0])
        this.#pop()?.callback?.()
    }
  }

  #push(timer: Timer): void {
    const heap = this.#heap
    let i = heap.push(timer) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!isBefore(timer, heap[parent] as Timer)) break
      heap[i] = heap[parent] as Timer
      i = parent
    }
    heap[i] = timer
  }

  #pop(): Timer | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (!first || !last || heap.length === 0) return first
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Timer, heap[child] as Timer)) child++
      if (!isBefore(heap[child] as Timer, last)) break
      heap[i] = heap[child] as Timer
      i = child
    }
    heap[i] = last
    return first
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.number < b.number)
}
