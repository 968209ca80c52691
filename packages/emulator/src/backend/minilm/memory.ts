/** Caches what was computed for each of up to `size` texts; drops those not used for longest. */
export class Memory<Value> {
  readonly #values = new Map<string, Value>()

  constructor(private readonly size: number) {}

  /** The value of each text. `compute` is called once with all unknown texts, and not at all if there are none. */
  async get(
    texts: readonly string[],
    compute: (unknown: readonly string[]) => Promise<readonly Value[]>,
  ): Promise<Value[]> {
    const found = new Map<string, Value>()
    const unknown = new Set<string>()
    for (const text of texts) {
      const value = this.#values.get(text)
      if (value === undefined) unknown.add(text)
      else found.set(text, value)
    }
    const computed = unknown.size === 0 ? [] : await compute([...unknown])
    for (const [index, text] of [...unknown].entries()) {
      const value = computed[index]
      if (value === undefined) throw new Error(`${unknown.size} texts, but ${computed.length} results`)
      found.set(text, value)
    }
    for (const [text, value] of found) this.#keep(text, value)
    return texts.map((text) => found.get(text) as Value)
  }

  #keep(text: string, value: Value): void {
    this.#values.delete(text)
    this.#values.set(text, value)
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.size) break
      this.#values.delete(oldest)
    }
  }
}
