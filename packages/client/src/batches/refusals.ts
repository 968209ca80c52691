import { apiError, PineconeApiError } from '../errors/api-error.js'
import type { PineconeInferenceError } from '../errors/inference-error.js'
import type { Batch } from './plan-batches.js'

/** So many inputs sent alone and refused for one reason, while nothing has passed, show that the request is at fault. */
const ENOUGH_ALONE = 8

/**
 * What the refusals of one call have shown so far. A refused batch is split to find the inputs at fault; where the request
 * as a whole is refused, for a misspelt parameter say, there are none to be found, and all splitting would only repeat it.
 */
export class Refusals {
  #hasPassed = false
  readonly #alone = new Map<string, { count: number; error: PineconeApiError }>()

  /** Whether any request of the call has been answered rightly. */
  get hasPassed(): boolean {
    return this.#hasPassed
  }

  passed(): void {
    this.#hasPassed = true
  }

  /** An input that was sent alone was refused. */
  refusedAlone(error: PineconeInferenceError): void {
    if (!(error instanceof PineconeApiError)) return
    const reason = reasonOf(error)
    this.#alone.set(reason, { count: (this.#alone.get(reason)?.count ?? 0) + 1, error })
  }

  /** The error of a request that is refused whichever inputs it holds, once that is shown. */
  ofWholeRequest(): PineconeApiError | undefined {
    if (this.#hasPassed) return undefined
    for (const { count, error } of this.#alone.values()) {
      if (count < ENOUGH_ALONE) continue
      const { status, code, details, requestId, retryAfterMs } = error
      const words = `${error.message} (and so for each of ${count} inputs sent alone: the request itself is refused)`
      const answer = { status, code, details, requestId, retryAfterMs, verdict: 'setup' } as const
      return Object.assign(apiError(words, answer, { cause: error }), { attempts: error.attempts })
    }
    return undefined
  }
}

/** Without ids that differ from answer to answer. */
function reasonOf({ status, message }: PineconeApiError): string {
  return `${status} ${message.replace(/\b[0-9a-f]{8}[0-9a-f-]*\b/gi, '…')}`
}

/** How a 400 says that there was too much of something: bytes, tokens or items. */
const TOO_MUCH =
  /payload|too (large|big|long|many)|exceed|max(imum)? (number of )?(tokens|inputs|documents|length)/i

/** "Request contains a query+document pair with 3157 tokens, which exceeds the maximum token limit of 1024 for each …" */
const OF_ONE_ITEM = /\bpair\b|\beach\b|\bper (input|text|document)\b/i

/** Whether the service refused the request for its size, so that half of it may pass. */
export function isTooLarge(error: PineconeInferenceError): boolean {
  if (!(error instanceof PineconeApiError)) return false
  if (error.status === 413) return true
  if (error.status !== 400 || namedItem(error) !== undefined || OF_ONE_ITEM.test(error.message)) return false
  return TOO_MUCH.test(error.message)
}

/** The item that an error names: "field 'customField' not found in document at index 0", `inputs[3]`. */
export function namedItem({ message }: PineconeInferenceError): number | undefined {
  const [, index] =
    /\b(?:inputs?|documents?|texts?|item)(?: at index |\.|\[)(\d+)/i.exec(message) ??
    /\bat index (\d+)/i.exec(message) ??
    []
  return index === undefined ? undefined : Number(index)
}

/** Which item of a refused batch is most likely at fault: the one that is named, or the longest of too many tokens. */
function suspectOf(
  batch: Batch<{ readonly bytes: number }>,
  error: PineconeInferenceError,
): number | undefined {
  const named = namedItem(error)
  if (named !== undefined) return named < batch.items.length ? named : undefined
  if (!/\d tokens\b/.test(error.message)) return undefined
  const longest = batch.items.reduce((most, { bytes }) => Math.max(most, bytes), 0)
  return batch.items.findIndex(({ bytes }) => bytes === longest)
}

/** A refused batch in parts that are sent one after the other. */
export function partsOf<T extends { readonly bytes: number }>(
  batch: Batch<T>,
  error: PineconeInferenceError,
): Batch<T>[] {
  const suspect = suspectOf(batch, error)
  return suspect === undefined
    ? cut(batch, [Math.ceil(batch.items.length / 2)])
    : cut(batch, [suspect, suspect + 1])
}

/** Positions of single items, from all over a batch, the ends first. */
export function samplesOf({ items }: Batch<unknown>): number[] {
  const last = items.length - 1
  const eighths = [0, 8, 4, 2, 6, 1, 3, 5, 7].map((eighth) => Math.round((last * eighth) / 8))
  return [...new Set(eighths)].slice(0, ENOUGH_ALONE)
}

/** One item of a batch. */
export function itemAt<T>({ start, items }: Batch<T>, position: number): Batch<T> {
  return { start: start + position, items: items.slice(position, position + 1) }
}

/** What lies between the items at these positions. */
export function between<T>(batch: Batch<T>, positions: readonly number[]): Batch<T>[] {
  const taken = new Set(positions.map((position) => batch.start + position))
  const cuts = positions.flatMap((position) => [position, position + 1]).sort((a, b) => a - b)
  return cut(batch, cuts).filter(({ start }) => !taken.has(start))
}

/** The parts of a batch that these positions cut it into, without empty ones. */
function cut<T>({ start, items }: Batch<T>, positions: readonly number[]): Batch<T>[] {
  const ends = [...positions, items.length]
  return ends.flatMap((end, i) => {
    const begin = ends[i - 1] ?? 0
    return end > begin ? [{ start: start + begin, items: items.slice(begin, end) }] : []
  })
}
