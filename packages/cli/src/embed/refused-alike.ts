import { PineconeInferenceError } from '@pinecone-inference/client'
import type { Failed } from './embed-records.js'
import { countRecords } from './report/report.js'

/** So many inputs from the start that are refused for one and the same reason: then it is not the inputs' fault. */
const MOST = 1_000

/** What is refused before anything is embedded, held until it is known whether it is the inputs that are at fault. */
export class RefusedAlike {
  #held: Failed[] = []

  /**
   * Holds a failure, or gives back all that is held once it is the inputs'.
   *
   * @throws PineconeInferenceError where it is not
   */
  add(failed: Failed): Failed[] {
    const reason = this.#held.find(({ failure }) => isRefusal(failure))?.failure.message
    this.#held.push(failed)
    const isAnother = isRefusal(failed.failure) && reason !== undefined && failed.failure.message !== reason
    if (isAnother) return this.release()
    if (this.#held.filter(({ failure }) => isRefusal(failure)).length < MOST) return []
    throw new PineconeInferenceError(
      `the first ${countRecords(MOST)} are refused, all for one reason: ${failed.failure.message}`,
      { cause: failed.failure },
    )
  }

  /** What is held is the inputs' fault after all. */
  release(): Failed[] {
    return this.#held.splice(0)
  }
}

function isRefusal(failure: Error): boolean {
  return failure instanceof PineconeInferenceError
}
