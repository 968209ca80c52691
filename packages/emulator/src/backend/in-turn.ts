/**
 * Runs one piece of work at a time, in order of arrival: in parallel, models that share the processor would all finish
 * last. Work that is aborted while it waits is not run.
 */
export class InTurn {
  #last: Promise<unknown> = Promise.resolve()

  /** @throws the signal's reason if it aborts before the work's turn */
  run<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const result = this.#last.then(() => {
      signal?.throwIfAborted()
      return work()
    })
    this.#last = result.catch(() => {})
    return result
  }
}
