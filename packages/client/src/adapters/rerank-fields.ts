import type { RerankModel, RerankParametersOf } from '../api/rerank.js'
import type { NamesOf } from '../validate/options.js'
import { CLIENT_FIELDS, type ClientFields } from './client-fields.js'

/** What every reranking adapter takes. */
export type RerankFields<M extends RerankModel = RerankModel, P = unknown> = ClientFields & {
  /** A rerank model. Default `bge-reranker-v2-m3`. */
  model?: M | undefined
  /** Keep only the best n. Default: all of them. */
  topN?: number | undefined
  /**
   * What to rank by: `text` is a document's own text, any other name a metadata field. Default `['text']`. Only these
   * are sent, as text. A document that has none of them comes last, with a score of 0, or with the lowest of all if that
   * is below 0.
   */
  rankFields?: readonly string[] | undefined
  /** Drop documents that score below this (0 to 1 for the hosted models). Default: drop none. */
  scoreThreshold?: number | undefined
  /**
   * Model parameters. Where the model has it, `truncate` is `END`: a document that is too long is cut, where `NONE`
   * refuses the whole request.
   */
  parameters?: RerankParametersOf<M, P> | undefined
}

/** The names of the fields. */
export const RERANK_FIELDS: NamesOf<RerankFields> = {
  ...CLIENT_FIELDS,
  model: true,
  topN: true,
  rankFields: true,
  scoreThreshold: true,
  parameters: true,
}

export interface RerankCallOptions {
  /** In place of the reranker's own `topN`. */
  topN?: number | undefined
  /** Aborts the call, which rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Milliseconds for the whole call, retries included. Default: only each attempt has a limit. */
  timeout?: number | undefined
}

/** The names of a call's options. */
export const RERANK_CALL_OPTIONS: NamesOf<RerankCallOptions> = { topN: true, signal: true, timeout: true }
