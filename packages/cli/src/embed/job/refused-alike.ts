import { PineconeInferenceError } from '@pinecone-inference/client'
import type { Failed } from '../output/job-output.js'
import { countRecords } from '../report/report.js'

/** So many inputs from the start that are refused for one and the same reason: then it is not the inputs' fault. */
const MOST = 1_000

/** What is refused before anything is embedded, held until it is known whether it is the inputs that are at fault. */
export class RefusedAlike {
  /** In their order, and with what else failed among them. */
  #held: Failed[] = []
  #refused = 0
  #reason = ''

  /**
   * Holds a failure, or gives back all that is held once it is the inputs'.
   *
   * @throws PineconeInferenceError where it is not
   */
  add(failed: Failed): Failed[] {
    const { failure } = failed
    this.#held.push(failed)
    if (failure instanceof PineconeInferenceError) {
      if (this.#refused > 0 && failure.message !== this.#reason) return this.release()
      this.#refused++
      this.#reason = failure.message
    }
    if (this.#refused === 0) return this.release()
    if (this.#refused < MOST) return []
    throw new PineconeInferenceError(
      `the first ${countRecords(MOST)} are refused, all for one reason: ${failure.message}`,
      { cause: failure },
    )
  }

  /** What is held is the inputs' fault after all. */
  release(): Failed[] {
    this.#refused = 0
    const released = this.#held
    this.#held = []
    return released
  }
}
