import { orAborted } from '../redis/or-aborted.js'

/** Runs one task at a time, in the order of arrival. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve()

  /**
   * Runs a task after those before it.
   *
   * @returns the task's outcome
   * @throws the signal's reason as soon as it aborts; a task whose turn comes later still runs, with its signal aborted
   */
  async runExclusive<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted()
    const result = this.#last.then(task)
    this.#last = result.catch(() => {})
    return orAborted(result, signal)
  }
}
