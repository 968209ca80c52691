import { createHash } from 'node:crypto'
import type { TextRecord } from '@pinecone-inference/files'

/** Characters that are hashed at a time: a call for each record would cost more than its hash. */
const PENDING = 65_536

/** Tells whether an input is the same as before, record by record. */
export class InputDigest {
  readonly #hash = createHash('sha256')
  #pending = ''

  add({ id, text, metadata }: TextRecord): void {
    // the lengths keep one record's fields from being taken for another's
    this.#pending += `${id.length} ${text.length} ${id}${text}${metadata ? JSON.stringify(metadata) : ''}\n`
    if (this.#pending.length > PENDING) this.#flush()
  }

  /** Of all records so far; more may follow. */
  value(): string {
    this.#flush()
    return this.#hash.copy().digest('base64url')
  }

  #flush(): void {
    this.#hash.update(this.#pending)
    this.#pending = ''
  }
}
