/** The span over which the rate is measured. */
const SPAN_MS = 15_000
/** A shorter time does not allow an estimate. */
const LEAST_MS = 1_000

/** Recent records per second. The time is an argument. */
export class Pace {
  #marks: { at: number; done: number }[] = []

  /** @returns records per second; undefined until there is an estimate */
  mark(done: number, now: number): number | undefined {
    this.#marks.push({ at: now, done })
    while (this.#marks.length > 2 && now - (this.#marks[0]?.at ?? now) > SPAN_MS) this.#marks.shift()
    const first = this.#marks[0] ?? { at: now, done }
    return now - first.at < LEAST_MS ? undefined : ((done - first.done) * 1000) / (now - first.at)
  }
}
