/** A shorter key is a placeholder, and blotting it would garble every message. */
const SHORTEST_SECRET = 6

/** Nobody prints an error's causes and contexts deeper than this. */
const DEEPEST = 8

/** Blots the API key out of whatever is about to become part of an error. */
export class Secrecy {
  readonly #secret: string

  constructor(secret: string) {
    this.#secret = secret
  }

  blot(text: string): string {
    return this.#isIn(text) ? text.replaceAll(this.#secret, '[api key]') : text
  }

  /** The same JSON value, with the key blotted in its texts and names. */
  blotWithin(value: unknown): unknown {
    if (typeof value === 'string') return this.blot(value)
    if (Array.isArray(value)) return value.map((item) => this.blotWithin(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [this.blot(name), this.blotWithin(item)]),
    )
  }

  /** The error itself, or, if the key stands anywhere in it, a copy of its words and code alone. */
  blotError(error: unknown): unknown {
    if (!this.#isWithin(error, DEEPEST, new Set())) return error
    if (!(error instanceof Error)) return new Error(this.blot(String(error)))
    const copy = new Error(this.blot(error.message))
    copy.name = error.name
    copy.stack = this.blot(String(error.stack))
    return 'code' in error ? Object.assign(copy, { code: error.code }) : copy
  }

  /** Looks at hidden properties too, as `util.inspect` can show them, and calls no getter. */
  #isWithin(value: unknown, depth: number, seen: Set<unknown>): boolean {
    if (typeof value === 'string') return this.#isIn(value)
    if (typeof value !== 'object' || value === null || depth < 0 || seen.has(value)) return false
    seen.add(value)
    if (value instanceof Uint8Array) return this.#isIn(new TextDecoder().decode(value))
    if (value instanceof Map || value instanceof Set) return this.#isWithin([...value], depth, seen)
    return Reflect.ownKeys(value).some((key) => {
      if (this.#isWithin(key, depth, seen)) return true
      const property = Reflect.getOwnPropertyDescriptor(value, key)
      return this.#isWithin(property?.value, depth - 1, seen)
    })
  }

  #isIn(text: string): boolean {
    return this.#secret.length >= SHORTEST_SECRET && text.includes(this.#secret)
  }
}
