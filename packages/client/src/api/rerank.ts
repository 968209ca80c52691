import type { HostedRerankModel } from '../models/hosted-models.js'

/** A hosted model's name; any other string works too, and is then looked up with `GET /models/{name}`. */
export type RerankModel = HostedRerankModel | (string & {})

/** A document to rank: its fields. A plain string stands for `{ text }`. */
export type RerankDocument = Record<string, unknown>

export interface RerankRequest {
  model: RerankModel
  query: string
  documents: readonly (string | RerankDocument)[]
  /** Return only the best n, at least 1. Default: all of them. */
  topN?: number
  /** Put each document beside its score. Default true. */
  returnDocuments?: boolean
  /** The fields to rank by. Default `['text']`. */
  rankFields?: readonly string[]
  /** Model parameters, such as `truncate`. Sent in snake_case. */
  parameters?: Record<string, unknown>
}

export interface RankedDocument {
  /** Position in the request's `documents`. */
  index: number
  /** Relevance to the query, 0 to 1 for the hosted models. */
  score: number
  document?: RerankDocument
}

export interface RerankUsage {
  /** Rerank units the service charged for this call. */
  rerankUnits: number
}

export interface RerankResult {
  model: string
  /** Best first. */
  data: RankedDocument[]
  usage: RerankUsage
}
