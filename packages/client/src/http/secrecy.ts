import { inspect } from 'node:util'

/** Blots the API key out of whatever is about to become part of an error. */
export class Secrecy {
  readonly #secret: string

  constructor(secret: string) {
    this.#secret = secret
  }

  blot(text: string): string {
    return text.replaceAll(this.#secret, '[api key]')
  }

  /** The error itself, or a copy of its words alone if the key stands anywhere in it. */
  blotError(error: unknown): unknown {
    if (!inspect(error, { depth: 8, showHidden: true }).includes(this.#secret)) return error
    const copy = new Error(this.blot(error instanceof Error ? error.message : String(error)))
    copy.stack = this.blot(error instanceof Error ? String(error.stack) : String(copy.stack))
    return copy
  }
}
