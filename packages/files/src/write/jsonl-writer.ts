import type { EmbeddedRecord, Numbers } from '../record.js'
import { AppendingFile } from './appending-file.js'
import type { Checkpoint, RecordWriter } from './record-writer.js'

const BUFFER_LENGTH = 256 * 1024

export async function openJsonlWriter(
  path: string,
  checkpoints: readonly Checkpoint[],
): Promise<RecordWriter> {
  const last = checkpoints.at(-1) ?? { bytes: 0, records: 0 }
  return new JsonlWriter(await AppendingFile.open(path, last.bytes), last.records)
}

/** A line of JSON per record, in the shape of Pinecone's upsert. */
class JsonlWriter implements RecordWriter {
  readonly #file: AppendingFile
  #records: number
  #buffer = ''
  #closed = false

  constructor(file: AppendingFile, records: number) {
    this.#file = file
    this.#records = records
  }

  async append(record: EmbeddedRecord): Promise<void> {
    this.#buffer += jsonLine(record)
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

/** A record as a line, its line feed included. */
export function jsonLine({ id, values, sparseValues, metadata }: EmbeddedRecord): string {
  const record = {
    id,
    values: values && plain(values),
    sparseValues: sparseValues && {
      indices: plain(sparseValues.indices),
      values: plain(sparseValues.values),
    },
    metadata,
  }
  return `${JSON.stringify(record)}\n`
}

/** JSON.stringify makes an object of a typed array. */
function plain(numbers: Numbers | Uint32Array): readonly number[] {
  return ArrayBuffer.isView(numbers) ? Array.from(numbers) : numbers
}
