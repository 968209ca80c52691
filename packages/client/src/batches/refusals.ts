import { apiError, PineconeApiError } from '../errors/api-error.js'
import { PineconeInferenceError } from '../errors/inference-error.js'
import type { Call } from '../lifetime/call.js'
import type { Batch, Item } from './plan-batches.js'

/** The error of a request that is refused whatever its inputs are. */
export function requestFaultError(error: PineconeInferenceError): PineconeInferenceError {
  if (!(error instanceof PineconeApiError)) return error
  const { status, code, details, requestId, retryAfterMs, attempts } = error
  const words = `${error.message} (one short text is refused too: the request itself is refused, whatever its inputs)`
  const answer = { status, code, details, requestId, retryAfterMs, verdict: 'setup' } as const
  const refusal = apiError(words, answer, { cause: error })
  if (attempts !== undefined) refusal.attempts = attempts
  return refusal
}

/** How a 400 says that the request held too much: bytes, tokens or items. */
const TOO_MUCH =
  /payload|too (large|big|long|many)|exceed|max(imum)? (number of )?(tokens|inputs|documents|length)/i

/** "Request contains a query+document pair with 3157 tokens, which exceeds the maximum token limit of 1024 for each …" */
const OF_ONE_ITEM = /\bpair\b|\beach\b|\bper (input|text|document)\b/i

/** Whether the request was refused for its size, so that half of it may be accepted. */
export function isTooLarge(error: PineconeInferenceError): boolean {
  if (!(error instanceof PineconeApiError)) return false
  if (error.status === 413) return true
  if (error.status !== 400 || namedItem(error) !== undefined || OF_ONE_ITEM.test(error.message)) return false
  return TOO_MUCH.test(error.message)
}

/** The index of the item that an error names: "field 'customField' not found in document at index 0", `inputs[3]`. */
export function namedItem({ message }: PineconeInferenceError): number | undefined {
  const [, index] =
    /\b(?:inputs?|documents?|texts?|item)(?: at index |\.|\[)(\d+)/i.exec(message) ??
    /\bat index (\d+)/i.exec(message) ??
    []
  return index === undefined ? undefined : Number(index)
}

/** The item most likely at fault: the one that the error names, or the longest if there were too many tokens. */
function suspectOf(batch: Batch<Item>, error: PineconeInferenceError): number | undefined {
  const named = namedItem(error)
  if (named !== undefined) return named < batch.length ? named : undefined
  if (!/\d tokens\b/.test(error.message)) return undefined
  const longest = batch.reduce((most, { bytes }) => Math.max(most, bytes), 0)
  return batch.findIndex(({ bytes }) => bytes === longest)
}

/** Splits a refused batch into parts, to be sent one after the other. */
export function partsOf<T extends Item>(batch: Batch<T>, error: PineconeInferenceError): Batch<T>[] {
  const suspect = suspectOf(batch, error)
  return suspect === undefined
    ? cut(batch, [Math.ceil(batch.length / 2)])
    : cut(batch, [suspect, suspect + 1])
}

/** Cuts a batch at these positions, and leaves out empty parts. */
function cut<T extends Item>(batch: Batch<T>, positions: readonly number[]): Batch<T>[] {
  const ends = [...positions, batch.length]
  return ends.map((end, i) => batch.slice(ends[i - 1] ?? 0, end)).filter((part) => part.length > 0)
}

export interface Collecting {
  /**
   * Sends the same request with an input that cannot be at fault. A refused batch is split to find its bad inputs. If
   * the request itself is at fault (a misspelled parameter, say), every part would be refused as well; the probe tells
   * the two cases apart.
   */
  probe(part: Call): Promise<unknown>
}

/** A probe is sent after this many refusals without a success, and before a single input is blamed. */
const SUSPICIOUS = 8

/** Finds out whether the service refuses a run's requests whatever their inputs are. */
export class RequestFault {
  readonly #call: Call
  readonly #collecting: Collecting
  readonly #onRuledOut: () => void
  #isRuledOut = false
  #refusals = 0
  #probing: Promise<boolean> | undefined

  constructor(call: Call, collecting: Collecting, onRuledOut: () => void) {
    this.#call = call
    this.#collecting = collecting
    this.#onRuledOut = onRuledOut
  }

  /** No request has been accepted yet. */
  get isPossible(): boolean {
    return !this.#isRuledOut
  }

  /** A request was accepted. */
  ruleOut(): void {
    if (this.#isRuledOut) return
    this.#isRuledOut = true
    this.#onRuledOut()
  }

  /** Called after each refusal, with the number of inputs in the refused request. */
  async isCertain(inputs: number): Promise<boolean> {
    if (this.#isRuledOut) return false
    if (++this.#refusals < SUSPICIOUS && inputs > 1) return false
    this.#probing ??= this.#probe()
    if (await this.#probing) this.ruleOut()
    return !this.#isRuledOut
  }

  /** Whether the probe is accepted, or fails for a reason that is not the request. */
  async #probe(): Promise<boolean> {
    const part = this.#call.part()
    try {
      await this.#collecting.probe(part)
      return true
    } catch (error) {
      return !(error instanceof PineconeInferenceError && error.verdict === 'input')
    } finally {
      part.end()
    }
  }
}
