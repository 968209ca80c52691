import type { EmbedModel, EmbedParametersOf } from '../api/embed.js'
import type { NamesOf } from '../validate/options.js'
import { CLIENT_FIELDS, type ClientFields } from './client-fields.js'

/** What every embedding adapter takes. */
export type EmbeddingFields<M extends EmbedModel = EmbedModel> = ClientFields & {
  /** What happens to a text over the model's token limit: its end is cut (default), or its start, or it is refused. */
  truncate?: NonNullable<EmbedParametersOf<M>['truncate']> | undefined
  /** Texts per request, at most the model's limit. Default: the model's limit. */
  batchSize?: number | undefined
  /**
   * Sent in place of an empty or blank text, such as `'(blank page)'`, which then has a vector like any other. By default
   * an empty text is refused, and a blank one is sent as it is.
   */
  blankAs?: string | undefined
  /** Parameters for documents, over those above and `inputType: 'passage'`. */
  documentParameters?: EmbedParametersOf<M> | undefined
  /** Parameters for queries, over those above and `inputType: 'query'`. */
  queryParameters?: EmbedParametersOf<M> | undefined
}

/** The names of the fields. */
export const EMBEDDING_FIELDS: NamesOf<EmbeddingFields & { model: unknown }> = {
  ...CLIENT_FIELDS,
  model: true,
  truncate: true,
  batchSize: true,
  blankAs: true,
  documentParameters: true,
  queryParameters: true,
}
