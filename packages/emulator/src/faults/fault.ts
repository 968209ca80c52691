import type { Plan } from '../../../../spec/rate-limits.js'
import type { Latency } from './latency.js'

/** How an answer's body can be wrong although it arrives complete. */
export type Malformation =
  /** Text that is not JSON. */
  | 'not-json'
  /** An empty body. */
  | 'empty'
  /** JSON, but not the object that the contract requires. */
  | 'wrong-shape'
  /** One embedding or ranked document is missing. */
  | 'wrong-count'
  /** The last dense vector is one number short; the last sparse one lacks a value. */
  | 'wrong-dimension'
  /** A number is a string. */
  | 'wrong-type'
  /** A number is 1e999, which JSON.parse reads as Infinity. */
  | 'non-finite'

export const malformations: readonly Malformation[] = [
  'not-json',
  'empty',
  'wrong-shape',
  'wrong-count',
  'wrong-dimension',
  'wrong-type',
  'non-finite',
]

/** Budgets, each a token bucket that starts full. A request that exceeds one is answered 429. */
export interface RateLimit {
  /** The documented limits of one of Pinecone's plans: `starter`, `builder`, `standard` or `enterprise`. */
  readonly plan?: Plan | undefined
  /** Tokens of embed requests, per model and input type. */
  readonly tokensPerMinute?: number | undefined
  /** Per model. */
  readonly requestsPerMinute?: number | undefined
  /** Tokens of embed requests, per model, until the rule is removed or reset. */
  readonly tokensPerMonth?: number | undefined
  /** Rerank requests, per model, until the rule is removed or reset. */
  readonly requestsPerMonth?: number | undefined
  /**
   * Whether a 429 says in `Retry-After` when there is room again; default true. It is not known whether the service's
   * does, so test a client with both.
   */
  readonly retryAfter?: boolean | undefined
}

export type Fault =
  /** An error of the contract instead of the answer. `retryAfter`: seconds, or an HTTP date as a string. */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly code?: string | undefined
      readonly message?: string | undefined
      readonly retryAfter?: number | string | undefined
    }
  /** The connection is reset (RST) before anything is answered. */
  | { readonly kind: 'reset' }
  /** The connection closes after this many bytes of the body, although Content-Length announced all of them. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /**
   * The answer stalls: before the headers (`headers`), or after them and `bytes` (default 0) of the body. It continues
   * after `ms`; by default never, until the client leaves or the emulator closes.
   */
  | {
      readonly kind: 'stall'
      readonly at: 'headers' | 'body'
      readonly bytes?: number | undefined
      readonly ms?: number | undefined
    }
  | { readonly kind: 'malformed'; readonly as: Malformation }
  /** The answer is delayed. Adds to other latencies, and other faults still happen. */
  | { readonly kind: 'latency'; readonly latency: Latency }
  /** 429 RESOURCE_EXHAUSTED once a budget is used up. */
  | ({ readonly kind: 'rate-limit' } & RateLimit)

export const routes = [
  '/embed',
  '/rerank',
  '/models',
  '/models/{model_name}',
  '/indexes',
  '/indexes/{index_name}',
  '/vectors/upsert',
  '/vectors/fetch',
  '/vectors/list',
  '/vectors/delete',
  '/query',
  '/describe_index_stats',
] as const

export type Route = (typeof routes)[number]

/** Which requests a fault applies to. Every given condition must hold; without any, all requests. */
export interface FaultRule {
  readonly fault: Fault
  /** A route of the API, or an exact path such as `/models/multilingual-e5-large`. */
  readonly route?: Route | (string & {}) | undefined
  readonly model?: string | undefined
  readonly inputType?: 'query' | 'passage' | undefined
  /**
   * The n-th request (from 1) with this route, model and input type since the rule was added; or an inclusive range.
   */
  readonly call?: number | readonly [from: number, to: number] | undefined
  /** At most this many times. */
  readonly times?: number | undefined
  /** 0..1, drawn with the emulator's seed. */
  readonly probability?: number | undefined
}
