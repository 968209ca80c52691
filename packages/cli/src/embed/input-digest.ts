import { createHash } from 'node:crypto'
import type { TextRecord } from '@pinecone-inference/files'

/** Tells whether an input is the same as before, record by record. */
export class InputDigest {
  readonly #hash = createHash('sha256')

  add({ id, text, metadata }: TextRecord): void {
    this.#hash.update(JSON.stringify([id, text, metadata]))
  }

  /** Of all records so far; more may follow. */
  value(): string {
    return this.#hash.copy().digest('base64url')
  }
}
