/**
 * What a project may ask of the hosted models, by plan.
 * Source: https://docs.pinecone.io/reference/api/database-limits/rate-limits, read on 2026-11-28. Whether the service
 * counts in fixed windows, how deep its buckets are, and whether a 429 carries `Retry-After` is not on record.
 */
export type Plan = 'starter' | 'builder' | 'standard' | 'enterprise'

export interface PlanLimits {
  /** Requests to embed and rerank, of the whole project. */
  readonly requestsPerSecond: number
  readonly requestsPerMinute: number
  /** By the model's name. A model that has no row has no documented limit of its own. */
  readonly models: Readonly<Record<string, ModelLimits>>
}

/** A limit that is missing is "unlimited"; `unavailable` models cannot be used on the plan. */
export type ModelLimits =
  | { readonly unavailable: true }
  | {
      readonly unavailable?: never
      /** Tokens of one project, counted apart for each input type. */
      readonly tokensPerMinute?: { readonly passage: number; readonly query: number }
      /** Tokens of the organization, of both input types together. */
      readonly tokensPerMonth?: number
      /** Rerank requests of one project. */
      readonly requestsPerMinute?: number
      /** Rerank requests of the organization. */
      readonly requestsPerMonth?: number
    }

const project = { requestsPerSecond: 100, requestsPerMinute: 2_000 }

const paid: PlanLimits = {
  ...project,
  models: {
    'llama-text-embed-v2': { tokensPerMinute: { passage: 1_000_000, query: 250_000 } },
    'multilingual-e5-large': { tokensPerMinute: { passage: 1_000_000, query: 250_000 } },
    'pinecone-sparse-english-v0': { tokensPerMinute: { passage: 3_000_000, query: 3_000_000 } },
    'cohere-rerank-4-fast': { requestsPerMinute: 300 },
    'cohere-rerank-3.5': { requestsPerMinute: 300 },
    'bge-reranker-v2-m3': { requestsPerMinute: 60 },
    'pinecone-rerank-v0': { requestsPerMinute: 60 },
  },
}

const embeddings = (tokensPerMonth: number): PlanLimits['models'] => ({
  'llama-text-embed-v2': { tokensPerMinute: { passage: 250_000, query: 50_000 }, tokensPerMonth },
  'multilingual-e5-large': { tokensPerMinute: { passage: 250_000, query: 50_000 }, tokensPerMonth },
  'pinecone-sparse-english-v0': { tokensPerMinute: { passage: 250_000, query: 250_000 }, tokensPerMonth },
})

export const planLimits: Readonly<Record<Plan, PlanLimits>> = {
  starter: {
    ...project,
    models: {
      ...embeddings(5_000_000),
      'cohere-rerank-4-fast': { unavailable: true },
      'cohere-rerank-3.5': { unavailable: true },
      'bge-reranker-v2-m3': { requestsPerMinute: 60, requestsPerMonth: 500 },
      'pinecone-rerank-v0': { requestsPerMinute: 60, requestsPerMonth: 500 },
    },
  },
  builder: {
    ...project,
    models: {
      ...embeddings(10_000_000),
      'cohere-rerank-4-fast': { unavailable: true },
      'cohere-rerank-3.5': { unavailable: true },
      'bge-reranker-v2-m3': { requestsPerMinute: 60, requestsPerMonth: 1_000 },
      'pinecone-rerank-v0': { unavailable: true },
    },
  },
  standard: paid,
  enterprise: paid,
}
