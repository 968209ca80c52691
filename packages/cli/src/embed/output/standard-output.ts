import { once } from 'node:events'
import { type JsonlLayout, jsonLine } from '@pinecone-inference/files'
import type { JobOutput, Outcome, Standing } from './job-output.js'

/** JSON lines on the standard output, which cannot be resumed. */
export class StandardOutput implements JobOutput {
  readonly input = null
  readonly cadence = { everyMs: 500, everyRecords: Number.POSITIVE_INFINITY }
  readonly failedOutput = undefined
  readonly unchanged = 0
  readonly ifInputChanged = 'The standard output holds vectors of the old and the new input; start over.'
  standing: Standing = { read: 0, digest: '', tokens: {} }
  readonly #layout: JsonlLayout
  readonly #onFailure: (id: string, failure: Error) => void
  embedded = 0
  failures = 0

  constructor(layout: JsonlLayout, onFailure: (id: string, failure: Error) => void) {
    this.#layout = layout
    this.#onFailure = onFailure
  }

  async append(outcome: Outcome): Promise<void> {
    if ('failure' in outcome) {
      this.failures++
      this.#onFailure(outcome.record.id, outcome.failure)
      return
    }
    if (!('embedded' in outcome)) return
    this.embedded++
    if (!process.stdout.write(jsonLine(outcome.embedded, this.#layout))) await once(process.stdout, 'drain')
  }

  async checkpoint(standing: Standing): Promise<void> {
    this.standing = standing
  }

  finish(standing: Standing): Promise<void> {
    return this.checkpoint(standing)
  }
}
