export {
  CLIENT_FIELDS,
  type ClientFields,
  clientFrom,
  type OwnOrSharedClient,
} from './adapters/client-fields.js'
export { DocumentAndQueryCalls, type EmbedCallOptions } from './adapters/document-and-query-calls.js'
export { EMBEDDING_FIELDS, type EmbeddingFields } from './adapters/embedding-fields.js'
export { given } from './adapters/given.js'
export { type Candidates, RerankCalls } from './adapters/rerank-calls.js'
export {
  RERANK_CALL_OPTIONS,
  RERANK_FIELDS,
  type RerankCallOptions,
  type RerankFields,
} from './adapters/rerank-fields.js'
export { type Draw, drawsOf, type Happening, stateOf, statesAfter, waitOf } from './budget/draws.js'
export type { RateState } from './budget/policy/rate-state.js'
export { backoff } from './delivery/backoff.js'
export { atPositions } from './errors/positions.js'
export { verdictOnStatus } from './errors/verdict.js'
export { parseRetryAfter } from './http/retry-after.js'
export { checkSignal } from './validate/call-options.js'
export { checkOptions, type NamesOf } from './validate/options.js'
