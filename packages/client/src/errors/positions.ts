import { PineconeConfigurationError } from './configuration-error.js'
import {
  type InputRange,
  type PartialEmbeddings,
  type PartialRanking,
  PineconeInferenceError,
} from './inference-error.js'
import { isCallTimeout } from './no-answer.js'

/**
 * For a layer that passes on only some of its caller's items, or in another order: the same error, with positions in
 * the caller's list. Item `i` as passed on is the caller's item `positions[i]`.
 *
 * `inputRange` becomes the shortest range of the caller's list that contains all items it covered. Each item of
 * `partial` moves to its own position. An argument such as `documents[3].text` is renumbered, and renamed if `argument`
 * is given. Any other error is returned unchanged, and so is the reason of an abort.
 * @example
 * ```ts
 * try {
 *   await client.rerankAll({ model, query, documents: sent.map(({ document }) => document) }, { signal })
 * } catch (error) {
 *   throw atPositions(error, { positions: sent.map(({ index }) => index), signal })
 * }
 * ```
 */
export function atPositions(
  error: unknown,
  {
    positions,
    argument,
    signal,
  }: {
    readonly positions: readonly number[]
    /** The caller's name for the item at a position: `(i) => 'nodes[' + i + ']'`. Default: as in the error. */
    readonly argument?: ((position: number) => string) | undefined
    /** The call's signal; its reason is someone else's error. */
    readonly signal?: AbortSignal | undefined
  },
): unknown {
  if (!(error instanceof PineconeInferenceError)) return error
  if (signal?.aborted && signal.reason === error && !isCallTimeout(error)) return error
  const moved = error instanceof PineconeConfigurationError ? renamed(error, positions, argument) : error
  if (error.inputRange) moved.inputRange = rangeAt(error.inputRange, positions)
  if (error.partial) moved.partial = partialAt(error.partial, positions)
  return moved
}

function rangeAt([start, end]: InputRange, positions: readonly number[]): InputRange {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (const position of positions.slice(start, end)) {
    min = Math.min(min, position)
    max = Math.max(max, position)
  }
  return min <= max ? [min, max + 1] : [start, end]
}

function partialAt(
  partial: PartialEmbeddings | PartialRanking,
  positions: readonly number[],
): PartialEmbeddings | PartialRanking {
  const moved = <I extends { readonly index: number }>(item: I): I => ({
    ...item,
    index: positions[item.index] ?? item.index,
  })
  return isRanking(partial)
    ? { data: partial.data.map(moved), usage: partial.usage }
    : { data: partial.data.map(moved), usage: partial.usage }
}

function isRanking(partial: PartialEmbeddings | PartialRanking): partial is PartialRanking {
  return 'rerankUnits' in partial.usage
}

/** `inputs[3] is empty` as the caller would write it. */
function renamed(
  error: PineconeConfigurationError,
  positions: readonly number[],
  argument: ((position: number) => string) | undefined,
): PineconeConfigurationError {
  const [item, list, index, field] = /^(\w+)\[(\d+)\](.*)$/.exec(error.argument) ?? []
  const position = positions[Number(index)]
  if (item === undefined || position === undefined) return error
  const name = `${argument ? argument(position) : `${list}[${position}]`}${field}`
  const problem = error.message.slice(error.argument.length + 1)
  const copy = new PineconeConfigurationError(name, problem, undefined, {
    verdict: error.verdict,
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  })
  return Object.assign(copy, { allowed: error.allowed })
}
