import { once } from 'node:events'
import type { JobOutput, Outcome, Standing } from './job-output.js'

/** JSON lines on the standard output. There is nothing to go on with. */
export class StandardOutput implements JobOutput {
  readonly input = null
  standing: Standing = { read: 0, digest: '', tokens: {} }
  readonly #onFailure: (id: string, failure: Error) => void
  embedded = 0
  failures = 0

  constructor(onFailure: (id: string, failure: Error) => void) {
    this.#onFailure = onFailure
  }

  async append(outcome: Outcome): Promise<void> {
    if ('failure' in outcome) {
      this.failures++
      this.#onFailure(outcome.record.id, outcome.failure)
      return
    }
    this.embedded++
    if (!process.stdout.write(`${JSON.stringify(outcome.embedded)}\n`)) await once(process.stdout, 'drain')
  }

  async checkpoint(standing: Standing): Promise<void> {
    this.standing = standing
  }

  finish(standing: Standing): Promise<void> {
    return this.checkpoint(standing)
  }
}
