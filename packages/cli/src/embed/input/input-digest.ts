import { createHash } from 'node:crypto'
import type { TextRecord } from '@pinecone-inference/files'

/** Characters to hash at a time: a call per record would cost more than its hash. */
const PENDING = 65_536

/** A digest of an input, record by record, which shows whether the input is the same as before. */
export class InputDigest {
  readonly #hash = createHash('sha256')
  #pending = ''

  add({ id, text, metadata }: TextRecord): void {
    // With the lengths, no two different records are hashed as the same text.
    this.#pending += `${id.length} ${text.length} ${id}${text}${metadata ? JSON.stringify(metadata) : ''}\n`
    if (this.#pending.length > PENDING) this.#flush()
  }

  /** The digest of all records so far; more may follow. */
  value(): string {
    this.#flush()
    return this.#hash.copy().digest('base64url')
  }

  #flush(): void {
    this.#hash.update(this.#pending)
    this.#pending = ''
  }
}
