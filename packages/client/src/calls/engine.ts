import type { Delivered, Failed, Piece } from '../batches/pieces.js'
import type { Item } from '../batches/plan-batches.js'
import type { Sender } from '../delivery/sender.js'
import type { PartialEmbeddings, PartialRanking, PineconeInferenceError } from '../errors/inference-error.js'
import { isCallTimeout } from '../errors/no-answer.js'
import type { ModelCatalog } from '../models/catalog.js'
import type { ExpectedByModel } from '../models/expected.js'

/** What all calls of a client share. */
export interface Engine {
  readonly sender: Sender
  readonly catalog: ModelCatalog
  readonly expected: ExpectedByModel
  readonly maxConcurrency: number
}

/**
 * Collects the pieces of a bulk call as they finish.
 *
 * @param failed called for each failure after which the call continues
 * @throws the first final failure, once nothing is on the wire, with what was finished in `partial`
 */
export async function gather<T extends Item, R>(
  pieces: AsyncIterable<Piece<T, R>>,
  {
    delivered,
    failed,
    partial,
  }: {
    delivered(piece: Delivered<T, R>): void
    failed?(piece: Failed): void
    partial(): PartialEmbeddings | PartialRanking
  },
): Promise<void> {
  let failure: PineconeInferenceError | undefined
  try {
    for await (const piece of pieces) {
      if (!('error' in piece)) delivered(piece)
      else if (piece.isFinal) failure ??= piece.error
      else failed?.(piece)
    }
  } catch (error) {
    if (isCallTimeout(error)) error.partial = partial()
    throw error
  }
  if (!failure) return
  failure.partial = partial()
  throw failure
}
