import { Worker } from 'node:worker_threads'
import type { Checkpoint, EmbeddedRecord, RecordWriter, WriterOptions } from '@pinecone-inference/files'
import type { Answer, Request, WriterThreadData } from './messages.js'
import { pack } from './packed-records.js'

/** Records of a message: one for each would cost more than it carries. */
const BATCH = 100
/** Messages that may wait for the thread: some 6 MB of the largest hosted vectors. */
const BATCHES_AHEAD = 4

interface Waiting {
  resolve(checkpoint: Checkpoint | undefined): void
  reject(error: Error): void
}

/**
 * Writes a file in a thread of its own. Encoding a row group of Parquet takes a third of a second, during
 * which all requests would stand still. Calls need not wait for the ones before them.
 */
export class ThreadedWriter implements RecordWriter {
  readonly #thread: Worker
  #batch: EmbeddedRecord[] = []
  readonly #appending: Promise<unknown>[] = []
  readonly #waiting: Waiting[] = []
  /** Such as out of memory: nothing answers any more. */
  #death: Error | undefined
  #closing: Promise<void> | undefined

  private constructor(data: WriterThreadData) {
    // beside the built command's own file
    this.#thread = new Worker(new URL('./writer-thread.js', import.meta.url), {
      workerData: data,
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    })
    this.#thread.on('message', (answer: Answer) => {
      const waiting = this.#waiting.shift()
      if ('failure' in answer) waiting?.reject(Object.assign(new Error(), answer.failure))
      else waiting?.resolve(answer.checkpoint)
    })
    this.#thread.on('error', (error) => {
      this.#death = error
      for (const { reject } of this.#waiting.splice(0)) reject(error)
    })
  }

  /** As `openWriter` does. */
  static async open(path: string, options: WriterOptions): Promise<RecordWriter> {
    const writer = new ThreadedWriter({ path, options })
    try {
      await writer.#answer()
      return writer
    } catch (error) {
      await writer.#thread.terminate()
      throw error
    }
  }

  async append(record: EmbeddedRecord): Promise<void> {
    this.#batch.push(record)
    if (this.#batch.length < BATCH) return
    this.#sendBatch()
    while (this.#appending.length > BATCHES_AHEAD) await this.#appending.shift()
  }

  async checkpoint(): Promise<Checkpoint> {
    this.#sendBatch()
    const checkpoint = await this.#ask({ do: 'checkpoint' })
    if (!checkpoint) throw new Error('the writer thread gave no checkpoint')
    return checkpoint
  }

  async finish(): Promise<void> {
    this.#sendBatch()
    await this.#ask({ do: 'finish' })
    await this.close()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    try {
      if (!this.#death) await this.#ask({ do: 'close' })
    } finally {
      await this.#thread.terminate()
    }
  }

  #sendBatch(): void {
    if (this.#batch.length === 0) return
    const packed = pack(this.#batch)
    const appending = this.#ask({ do: 'append', packed }, [packed.numbers.buffer as ArrayBuffer])
    // A file that could not be written says so again at each later call.
    appending.catch(() => {})
    this.#appending.push(appending)
    this.#batch = []
  }

  #ask(request: Request, handedOver: ArrayBuffer[] = []): Promise<Checkpoint | undefined> {
    this.#thread.postMessage(request, handedOver)
    return this.#answer()
  }

  #answer(): Promise<Checkpoint | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#death) reject(this.#death)
      else this.#waiting.push({ resolve, reject })
    })
  }
}
