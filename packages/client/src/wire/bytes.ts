/** Chunks of bytes, joined on demand. */
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

  /** As UTF-8; invalid bytes become U+FFFD. */
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

// Created at first use: Jest's jsdom environment lacks both, and importing the client there must not fail.
let encoder: InstanceType<typeof TextEncoder> | undefined
let decoder: InstanceType<typeof TextDecoder> | undefined

export function toUtf8(text: string): Uint8Array {
  encoder ??= new TextEncoder()
  return encoder.encode(text)
}

/** Invalid bytes become U+FFFD. A byte order mark at the start is ignored, as RFC 8259, 8.1 allows. */
export function fromUtf8(bytes: Uint8Array): string {
  decoder ??= new TextDecoder()
  return decoder.decode(bytes)
}

/** Length of a text in UTF-8. */
export function utf8Length(text: string): number {
  return globalThis.Buffer?.byteLength(text) ?? toUtf8(text).length
}
