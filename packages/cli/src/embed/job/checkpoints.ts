import type { JobOutput, Standing } from '../output/job-output.js'

/** Brings a job's output to the disk now and then, one checkpoint at a time. */
export class Checkpoints {
  readonly #output: JobOutput
  readonly #standing: () => Standing
  #read: number
  #at = performance.now()
  #saving: Promise<void> | undefined

  constructor(output: JobOutput, standing: () => Standing) {
    this.#output = output
    this.#standing = standing
    this.#read = output.standing.read
  }

  isDue(read: number): boolean {
    const since = performance.now() - this.#at
    const { everyMs, everyRecords } = this.#output.cadence
    return read > this.#read && (since > everyMs || read - this.#read >= everyRecords)
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
