export { DocumentAndQueryCalls, type EmbedCallOptions } from './adapters/document-and-query-calls.js'
export {
  CLIENT_FIELDS,
  type ClientFields,
  clientFrom,
  EMBEDDING_FIELDS,
  type EmbeddingFields,
  type OwnOrSharedClient,
  RERANK_CALL_OPTIONS,
  RERANK_FIELDS,
  type RerankCallOptions,
  type RerankFields,
  withoutUndefined,
} from './adapters/fields.js'
export { writtenAsText } from './adapters/rankable.js'
export { type Candidates, type RankedItem, RerankCalls } from './adapters/rerank-calls.js'
export { type Draw, drawsOf, type RequestEvent, stateOf, statesAfter, waitOf } from './budget/draws.js'
export type { RateState } from './budget/policy/rate-state.js'
export { backoff } from './delivery/retry.js'
export { asWritten } from './errors/as-written.js'
export { refusedInput } from './errors/configuration-error.js'
export { verdictOnStatus } from './errors/inference-error.js'
export { isUntrusted } from './errors/no-answer.js'
export { atPositions } from './errors/positions.js'
export { parseRetryAfter } from './http/retry-after.js'
export { checkMethods, checkOptions, checkSignal, type NamesOf } from './validate/options.js'
export { checkDocument, checkReturnDocuments } from './validate/requests.js'
