import type { OutputFormat } from '@pinecone-inference/files'
import type { JobOutput, Standing } from '../output/job-output.js'

/**
 * Milliseconds of work that a kill may cost. A Parquet file gets a row group each time, so it has them further apart.
 */
const INTERVAL_MS = { jsonl: 500, parquet: 30_000 }
/** Records of a Parquet row group: a full one is worth a checkpoint. */
const RECORDS = { jsonl: Number.POSITIVE_INFINITY, parquet: 1_000 }

/** Brings a job's output to the disk now and then, one checkpoint at a time. */
export class Checkpoints {
  readonly #output: JobOutput
  readonly #format: OutputFormat
  readonly #standing: () => Standing
  #read: number
  #at = performance.now()
  #saving: Promise<void> | undefined

  constructor(output: JobOutput, format: OutputFormat, standing: () => Standing) {
    this.#output = output
    this.#format = format
    this.#standing = standing
    this.#read = output.standing.read
  }

  isDue(read: number): boolean {
    const since = performance.now() - this.#at
    return (
      read > this.#read && (since > INTERVAL_MS[this.#format] || read - this.#read >= RECORDS[this.#format])
    )
  }

  /** Begins one once the one before it is done: the disk must not hold up the requests. */
  async begin(read: number): Promise<void> {
    await this.#saving
    this.#begin(read)
  }

  /** Begins one if it is due and none is under way; not while something is being appended. */
  tick(read: number): void {
    if (!this.#saving && this.isDue(read)) this.#begin(read)
  }

  /** Makes sure that all is on the disk. */
  async last(read: number): Promise<void> {
    await this.#saving
    if (read > this.#read) this.#begin(read)
    await this.#saving
  }

  /** Has the output made whole. */
  async finish(): Promise<void> {
    await this.#saving
    await this.#output.finish(this.#standing())
  }

  #begin(read: number): void {
    const saving = this.#output.checkpoint(this.#standing()).then(() => {
      if (this.#saving === saving) this.#saving = undefined
    })
    // A failure is that of the next call, which waits for this one.
    saving.catch(() => {})
    this.#saving = saving
    this.#at = performance.now()
    this.#read = read
  }
}
