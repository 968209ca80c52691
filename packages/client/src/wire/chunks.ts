import { fromUtf8 } from './utf8.js'

/** Pieces of bytes, joined when they are asked for. */
export class Chunks {
  readonly #chunks: Uint8Array[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
  }

  /** As UTF-8; what is not valid becomes U+FFFD. */
  text(): string {
    const whole = new Uint8Array(this.#length)
    let start = 0
    for (const chunk of this.#chunks) {
      whole.set(chunk, start)
      start += chunk.length
    }
    return fromUtf8(whole)
  }
}
