/** The span over which the rate is measured. */
const SPAN_MS = 15_000

/** Records a second, lately. The time is an argument. */
export class Pace {
  #marks: { at: number; done: number }[] = []

  /** @returns records a second */
  mark(done: number, now: number): number {
    this.#marks.push({ at: now, done })
    while (this.#marks.length > 2 && now - (this.#marks[0]?.at ?? now) > SPAN_MS) this.#marks.shift()
    const first = this.#marks[0] ?? { at: now, done }
    return now > first.at ? ((done - first.done) * 1000) / (now - first.at) : 0
  }
}
