/** Lets one in at a time, in the order of arrival. */
export class Line {
  #last: Promise<unknown> = Promise.resolve()

  /** The turn's outcome, or the signal's reason as soon as it aborts; a turn may find its signal aborted. */
  async wait<T>(turn: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted()
    const result = this.#last.then(turn)
    this.#last = result.catch(() => {})
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      result.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
    })
  }
}
