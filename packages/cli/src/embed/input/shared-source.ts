/** One source read by several readers, each at its own pace. Holds its items until they are shifted. */
export class SharedSource<T> {
  readonly #source: AsyncIterator<T>
  /** By position. Unlike an array, a Map removes its first item in constant time. */
  readonly #items = new Map<number, T>()
  /** Position of the first item held. */
  #first = 0
  /** Position of the next item to come. */
  #next = 0
  #pulling: Promise<boolean> | undefined

  constructor(source: AsyncIterable<T>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  async *reader(): AsyncGenerator<T, void> {
    for (let at = 0; ; at++) {
      while (at >= this.#next) if (!(await this.#pull())) return
      yield this.at(at)
    }
  }

  /** An item that is held. */
  at(position: number): T {
    const item = this.#items.get(position)
    if (item === undefined) throw new RangeError(`position ${position} is not held`)
    return item
  }

  /** Removes the first item held, and returns it; undefined if there is none. */
  shift(): T | undefined {
    const item = this.#items.get(this.#first)
    if (this.#items.delete(this.#first)) this.#first++
    return item
  }

  #pull(): Promise<boolean> {
    this.#pulling ??= this.#source
      .next()
      .then(({ done, value }) => {
        if (!done) this.#items.set(this.#next++, value)
        return !done
      })
      .finally(() => {
        this.#pulling = undefined
      })
    return this.#pulling
  }
}
