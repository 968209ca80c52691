import type { JobOutput, Standing } from '../output/job-output.js'

/** Writes checkpoints of a job's output to the disk when they are due, one at a time. */
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

  /** Begins a checkpoint. Waits for the previous one, but not for this one: requests should not wait for the disk. */
  async begin(read: number): Promise<void> {
    await this.#saving
    this.#begin(read)
  }

  /** Begins a checkpoint if one is due and none is under way. Must not be called during an append. */
  tick(read: number): void {
    if (!this.#saving && this.isDue(read)) this.#begin(read)
  }

  /** Brings everything to the disk. */
  async last(read: number): Promise<void> {
    await this.#saving
    if (read > this.#read) this.#begin(read)
    await this.#saving
  }

  /** Finishes the output. */
  async finish(): Promise<void> {
    await this.#saving
    await this.#output.finish(this.#standing())
  }

  #begin(read: number): void {
    const saving = this.#output.checkpoint(this.#standing()).then(() => {
      if (this.#saving === saving) this.#saving = undefined
    })
    // A failure is thrown by the next `begin`, `last` or `finish`.
    saving.catch(() => {})
    this.#saving = saving
    this.#at = performance.now()
    this.#read = read
  }
}
