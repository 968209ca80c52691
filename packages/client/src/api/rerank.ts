import type { AsGiven, HostedRerankModel, HostedRerankParameters } from './models.js'

/** Name of a hosted model. Any other string works too, and is looked up with `GET /models/{name}`. */
export type RerankModel = HostedRerankModel | (string & {})

/** How to rank. Sent as the API's snake_case `parameters`; keys not listed here are passed on. */
export interface RerankParameters {
  /**
   * What to do with a query and document over the model's token limit: cut the document's end, or refuse them. Default
   * `NONE` for `bge-reranker-v2-m3`, `END` for `pinecone-rerank-v0`; Cohere's models have no such parameter.
   */
  truncate?: 'END' | 'NONE' | (string & {}) | undefined
  /** `cohere-rerank-4-fast`: tokens of a document to read, at most 4096; the rest is cut off. Default 1024. */
  maxTokensPerDoc?: number | undefined
  /** `cohere-rerank-3.5` (retired): number of chunks that a long document is ranked by, 1 to 3072. Default 3072. */
  maxChunksPerDoc?: number | undefined
  [parameter: string]: unknown
}

/** `RerankParameters`, narrowed to what the model accepts if the code names a hosted one. */
export type RerankParametersOf<M extends RerankModel, Given = unknown> = [M] extends [HostedRerankModel]
  ? AsGiven<Given, RerankParameters, HostedRerankParameters<M>>
  : RerankParameters

/** A document's fields. */
export type RerankDocument = Record<string, unknown>

export interface RerankRequest<M extends RerankModel = RerankModel, P = unknown> {
  model: M
  query: string
  /** Texts, or objects of fields. A text stands for `{ text }`. */
  documents: readonly (string | object)[]
  /** Return only the best n documents, at least 1. Default: all of them. */
  topN?: number | undefined
  /** Return each document with its score. Default true. */
  returnDocuments?: boolean | undefined
  /** The fields to rank by. Default `['text']`. */
  rankFields?: readonly string[] | undefined
  parameters?: RerankParametersOf<M, P> | undefined
}

export interface RankedDocument {
  /** Position in the request's `documents`. */
  index: number
  /** Relevance to the query; 0 to 1 for the hosted models. */
  score: number
  document?: RerankDocument
}

export interface RerankUsage {
  /** Rerank units that the service charged for this call. */
  rerankUnits: number
}

export interface RerankResult {
  model: string
  /** Best first. */
  data: RankedDocument[]
  usage: RerankUsage
}
