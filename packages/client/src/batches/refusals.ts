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
export function suspectOf<T extends Item>(batch: Batch<T>, error: PineconeInferenceError): T | undefined {
  const named = namedItem(error)
  if (named !== undefined) return batch[named]
  if (!/\d tokens\b/.test(error.message)) return undefined
  const longest = batch.reduce((most, { bytes }) => Math.max(most, bytes), 0)
  return batch.find(({ bytes }) => bytes === longest)
}

/** Splits a refused batch into parts, to be sent one after the other: the suspect by itself, or halves. */
export function partsOf<T extends Item>(batch: Batch<T>, suspect: T | undefined): Batch<T>[] {
  if (!suspect) return cut(batch, [Math.ceil(batch.length / 2)])
  const position = batch.indexOf(suspect)
  return cut(batch, [position, position + 1])
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

/** Refusals in a row after which the request itself is suspected. */
const SUSPICIOUS = 8

/** Finds out whether the service refuses a run's requests whatever their inputs are. */
export class RequestFault {
  readonly #call: Call
  readonly #collecting: Collecting
  readonly #onFirstAccepted: () => void
  #hasAccepted = false
  #refusalsInARow = 0
  #probing: Promise<boolean> | undefined

  constructor(call: Call, collecting: Collecting, onFirstAccepted: () => void) {
    this.#call = call
    this.#collecting = collecting
    this.#onFirstAccepted = onFirstAccepted
  }

  /** Whether any request has been accepted. */
  get hasAccepted(): boolean {
    return this.#hasAccepted
  }

  accepted(): void {
    this.#refusalsInARow = 0
    this.#probing = undefined
    if (this.#hasAccepted) return
    this.#hasAccepted = true
    this.#onFirstAccepted()
  }

  /**
   * Called after each refusal, with the number of inputs in the refused request. Sends a probe after eight refusals in
   * a row, and before a single input is blamed while nothing has been accepted.
   *
   * @returns the error that takes the refusal's place, if the inputs are not at fault or the probe could not tell
   */
  async errorFor(
    refusal: PineconeInferenceError,
    inputs: number,
  ): Promise<PineconeInferenceError | undefined> {
    this.#refusalsInARow++
    const isDoubtful = this.#refusalsInARow >= SUSPICIOUS || (inputs === 1 && !this.#hasAccepted)
    if (!isDoubtful) return undefined
    this.#probing ??= this.#probe()
    try {
      return (await this.#probing) ? undefined : requestFaultError(refusal)
    } catch (error) {
      this.#probing = undefined
      if (!(error instanceof PineconeInferenceError) || this.#call.stopScope.hasEndedFor(error)) throw error
      return unknownFaultError(refusal, error)
    }
  }

  /** Whether the probe is accepted. Throws if it fails for any reason other than a refusal. */
  async #probe(): Promise<boolean> {
    const part = this.#call.part()
    try {
      await this.#collecting.probe(part)
      this.accepted()
      return true
    } catch (error) {
      if (error instanceof PineconeInferenceError && error.verdict === 'input') return false
      throw error
    } finally {
      part.end()
    }
  }
}

/** The error of a refused request whose inputs may or may not be at fault. */
function unknownFaultError(
  refusal: PineconeInferenceError,
  ofProbe: PineconeInferenceError,
): PineconeInferenceError {
  const words = `${refusal.message} (it is unknown whether the inputs are at fault, because a test request failed: ${ofProbe.message})`
  return Object.assign(new PineconeInferenceError(words, { cause: ofProbe }), { verdict: ofProbe.verdict })
}
