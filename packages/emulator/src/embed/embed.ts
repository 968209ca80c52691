import { inputTooLong } from '../models/too-long.js'
import { type Truncate, truncateToTokens } from '../text/truncate.js'
import { denseVector } from './dense-vector.js'
import type { InputType } from './lexical-features.js'
import type { EmbedRequest } from './read-embed-request.js'
import { type SparseVector, sparseVector } from './sparse-vector.js'

export type Embeddings =
  | { readonly vectorType: 'dense'; readonly vectors: readonly Float64Array[]; readonly totalTokens: number }
  | { readonly vectorType: 'sparse'; readonly vectors: readonly SparseVector[]; readonly totalTokens: number }

/** Embeds every text of a checked request; 400 if `truncate: "NONE"` meets a text above the model's limit. */
export function embed(request: EmbedRequest): Embeddings {
  const { model, parameters } = request
  const { kept, totalTokens } = readTexts(request)
  const inputType = parameters.input_type as InputType
  if (model.vector_type === 'sparse') {
    return { vectorType: 'sparse', vectors: kept.map((text) => sparseVector(text, inputType)), totalTokens }
  }
  const dimension = Number(parameters.dimension ?? model.default_dimension)
  return {
    vectorType: 'dense',
    vectors: kept.map((text) => denseVector(text, dimension, inputType)),
    totalTokens,
  }
}

/** The texts, cut to the model's limit, and their tokens in total. */
export function readTexts({ model, texts, parameters }: EmbedRequest): {
  kept: string[]
  totalTokens: number
} {
  const limit = Number(parameters.max_tokens_per_sequence ?? model.max_sequence_length)
  let totalTokens = 0
  const kept = texts.map((text, index) => {
    const span = truncateToTokens(text, limit, parameters.truncate as Truncate)
    if (span.tokens > limit) {
      throw inputTooLong(model, index, span.total, limit)
    }
    totalTokens += span.tokens
    return span.kept
  })
  return { kept, totalTokens }
}
