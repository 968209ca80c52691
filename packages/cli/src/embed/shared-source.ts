/** One source read by several readers, each at its own pace; holds what not all of them are done with. */
export class SharedSource<T> {
  readonly #source: AsyncIterator<T>
  readonly #items: T[] = []
  /** Position of the first item held. */
  #first = 0
  #pulling: Promise<boolean> | undefined

  constructor(source: AsyncIterable<T>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  async *reader(): AsyncGenerator<T, void> {
    for (let at = 0; ; at++) {
      while (at >= this.#first + this.#items.length) if (!(await this.#pull())) return
      yield this.at(at)
    }
  }

  /** An item that is held. */
  at(position: number): T {
    const item = this.#items[position - this.#first]
    if (item === undefined) throw new RangeError(`position ${position} is not held`)
    return item
  }

  /** Lets go of the first item held, and returns it; undefined if none is. */
  shift(): T | undefined {
    if (this.#items.length > 0) this.#first++
    return this.#items.shift()
  }

  #pull(): Promise<boolean> {
    this.#pulling ??= this.#source
      .next()
      .then(({ done, value }) => {
        if (!done) this.#items.push(value)
        return !done
      })
      .finally(() => {
        this.#pulling = undefined
      })
    return this.#pulling
  }
}
