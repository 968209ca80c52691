import type { EmbeddedRecord } from '../record.js'
import { AppendingFile } from './appending-file.js'
import { type JsonlLayout, jsonLine } from './jsonl-layout.js'
import type { Checkpoint, FileWriter } from './record-writer.js'

const BUFFER_LENGTH = 256 * 1024

export async function openJsonlWriter(
  path: string,
  checkpoints: readonly Checkpoint[],
  layout?: JsonlLayout,
): Promise<FileWriter> {
  const last = checkpoints.at(-1) ?? { bytes: 0, records: 0 }
  return new JsonlWriter(await AppendingFile.open(path, last.bytes), last.records, layout)
}

/** A line of JSON per record. */
class JsonlWriter implements FileWriter {
  readonly #file: AppendingFile
  readonly #layout: JsonlLayout | undefined
  #records: number
  #buffer = ''
  #closed = false

  constructor(file: AppendingFile, records: number, layout: JsonlLayout | undefined) {
    this.#layout = layout
    this.#file = file
    this.#records = records
  }

  get bytes(): number {
    return this.#file.length
  }

  async append(record: EmbeddedRecord): Promise<void> {
    this.#buffer += jsonLine(record, this.#layout)
    this.#records++
    if (this.#buffer.length >= BUFFER_LENGTH) await this.#flush()
  }

  async checkpoint(): Promise<Checkpoint> {
    await this.#flush()
    await this.#file.sync()
    return { bytes: this.#file.length, records: this.#records }
  }

  async finish(): Promise<void> {
    await this.checkpoint()
    await this.close()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#file.close()
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#buffer)
    this.#buffer = ''
    await this.#file.append(bytes)
  }
}
