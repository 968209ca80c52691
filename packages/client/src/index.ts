export type {
  CallOptions,
  CallResponse,
  CollectingEmbedAllOptions,
  CollectingEmbedStreamOptions,
  EmbedAllOptions,
  EmbedProgress,
  EmbedStreamOptions,
} from './api/call-options.js'
export type {
  CollectedEmbedResult,
  DenseEmbedding,
  DimensionOf,
  Embedding,
  EmbedFailure,
  EmbedModel,
  EmbedParameters,
  EmbedParametersOf,
  EmbedRequest,
  EmbedResult,
  EmbedStreamRequest,
  EmbedUsage,
  Encoding,
  SparseEmbedding,
  StreamedEmbedding,
  StreamedFailure,
  VectorType,
  VectorTypeOf,
} from './api/embed.js'
export type { ListModelsFilter, ModelInfo, ModelList, SupportedParameter } from './api/models.js'
export type {
  RankedDocument,
  RerankDocument,
  RerankModel,
  RerankParameters,
  RerankParametersOf,
  RerankRequest,
  RerankResult,
  RerankUsage,
} from './api/rerank.js'
export type {
  BudgetEntry,
  BudgetRequest,
  BudgetWait,
  ModelWait,
  RateLimit,
  SharedBudget,
} from './budget/budget.js'
export { PineconeInference } from './client.js'
export {
  PineconeApiError,
  PineconeAuthenticationError,
  PineconeInvalidRequestError,
  PineconeQuotaError,
  PineconeRateLimitError,
  PineconeServerError,
} from './errors/api-error.js'
export { PineconeConfigurationError } from './errors/configuration-error.js'
export { PineconeConnectionError } from './errors/connection-error.js'
export {
  type InputRange,
  type PartialEmbeddings,
  type PartialRanking,
  PineconeInferenceError,
} from './errors/inference-error.js'
export { PineconeResponseError } from './errors/response-error.js'
export { PineconeTimeoutError } from './errors/timeout-error.js'
export type { Verdict } from './errors/verdict.js'
export type { HttpDispatcher } from './http/undici-carrier.js'
export {
  type HostedDimension,
  type HostedEmbedModel,
  type HostedEmbedParameters,
  type HostedModel,
  type HostedRerankModel,
  type HostedRerankParameters,
  type HostedVectorType,
  hostedModel,
  hostedModelNames,
  type ModelFacts,
} from './models/hosted-models.js'
export type {
  CountedUsage,
  RequestAttempt,
  RequestEndEvent,
  RequestRetryEvent,
  RequestStartEvent,
  RequestWaitEvent,
} from './observe/events.js'
export type { UsageReport } from './observe/usage-meter.js'
export type { PineconeInferenceOptions } from './settings.js'
