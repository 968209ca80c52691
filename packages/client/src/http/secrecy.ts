import { inspect } from 'node:util'

/** A shorter key is a placeholder, and blotting it would garble every message. */
const SHORTEST_SECRET = 6

/** Blots the API key out of whatever is about to become part of an error. */
export class Secrecy {
  readonly #secret: string

  constructor(secret: string) {
    this.#secret = secret
  }

  blot(text: string): string {
    return this.#isIn(text) ? text.replaceAll(this.#secret, '[api key]') : text
  }

  /** The error itself, or, if the key stands anywhere in it, a copy of its words and code alone. */
  blotError(error: unknown): unknown {
    if (!this.#isIn(inspect(error, { depth: 8, showHidden: true }))) return error
    if (!(error instanceof Error)) return new Error(this.blot(String(error)))
    const copy = new Error(this.blot(error.message))
    copy.name = error.name
    copy.stack = this.blot(String(error.stack))
    return 'code' in error ? Object.assign(copy, { code: error.code }) : copy
  }

  #isIn(text: string): boolean {
    return this.#secret.length >= SHORTEST_SECRET && text.includes(this.#secret)
  }
}
