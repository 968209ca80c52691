/**
 * Runs one piece of work at a time, first come first served: side by side, models that share the processor would all
 * finish last. What is aborted while it waits is not run.
 */
export class InTurn {
  #last: Promise<unknown> = Promise.resolve()

  /** @throws the signal's reason, when it is aborted before its turn */
  run<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const result = this.#last.then(() => {
      signal?.throwIfAborted()
      return work()
    })
    this.#last = result.catch(() => {})
    return result
  }
}
