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
  DenseEmbedding,
  DimensionOf,
  Embedding,
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
  VectorTypeOf,
} from './api/embed.js'
export type {
  HostedDimension,
  HostedEmbedModel,
  HostedEmbedParameters,
  HostedModel,
  HostedRerankModel,
  HostedRerankParameters,
  HostedVectorType,
  ListModelsFilter,
  ModelFacts,
  ModelInfo,
  ModelList,
  SupportedParameter,
  VectorType,
} from './api/models.js'
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
export type { Verdict } from './errors/inference-error.js'
export {
  type CollectedEmbedResult,
  type EmbedFailure,
  type InputRange,
  type PartialEmbeddings,
  type PartialRanking,
  PineconeInferenceError,
  type StreamedFailure,
} from './errors/inference-error.js'
export { PineconeConnectionError, PineconeResponseError, PineconeTimeoutError } from './errors/no-answer.js'
export type { HttpDispatcher } from './http/carriers.js'
export { hostedModel, hostedModelNames } from './models/catalog.js'
export type {
  CountedUsage,
  RequestAttempt,
  RequestEndEvent,
  RequestRetryEvent,
  RequestStartEvent,
  RequestWaitEvent,
} from './observe/events.js'
export type { UsageReport } from './observe/observer.js'
export type { PineconeInferenceOptions } from './settings.js'
