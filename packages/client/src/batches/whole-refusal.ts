import { PineconeInferenceError } from '../errors/inference-error.js'
import type { Call } from '../lifetime/call.js'

export interface Collecting {
  /**
   * Sends one request like the others, with an input that cannot be at fault. A refused batch is split to find its bad
   * inputs; where the request as a whole is refused, for a misspelt parameter say, there are none, and all splitting
   * would only repeat it. This tells the two apart.
   */
  probe(part: Call): Promise<unknown>
}

/** After this many refusals without a success, it is doubtful that any request can pass; and before one input is blamed. */
const SUSPICIOUS = 8

/** Finds out whether a run's requests are refused as a whole, whichever inputs they hold. */
export class WholeRefusal {
  readonly #call: Call
  readonly #collecting: Collecting | undefined
  readonly #onRuledOut: () => void
  #isRuledOut = false
  #refusals = 0
  #probing: Promise<boolean> | undefined

  constructor(run: { call: Call; collecting?: Collecting | undefined }, onRuledOut: () => void) {
    this.#call = run.call
    this.#collecting = run.collecting
    this.#onRuledOut = onRuledOut
  }

  /** In a run that continues after a refusal, nothing has passed yet. */
  get isPossible(): boolean {
    return this.#collecting !== undefined && !this.#isRuledOut
  }

  /** A request has passed. */
  ruleOut(): void {
    if (this.#isRuledOut) return
    this.#isRuledOut = true
    this.#onRuledOut()
  }

  /** Asked after each refusal, of so many inputs. */
  async isCertain(inputs: number): Promise<boolean> {
    if (!this.#collecting || this.#isRuledOut) return false
    if (++this.#refusals < SUSPICIOUS && inputs > 1) return false
    this.#probing ??= this.#probe(this.#collecting)
    if (await this.#probing) this.ruleOut()
    return !this.#isRuledOut
  }

  /** Whether the probe passes, or fails for a reason that says nothing about the request. */
  async #probe({ probe }: Collecting): Promise<boolean> {
    const part = this.#call.part()
    try {
      await probe(part)
      return true
    } catch (error) {
      return !(error instanceof PineconeInferenceError && error.verdict === 'input')
    } finally {
      part.end()
    }
  }
}
