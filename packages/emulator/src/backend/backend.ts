import type { Embeddings } from '../embed/embed.js'
import type { EmbedRequest } from '../embed/read-embed-request.js'
import type { ModelInfo } from '../models/hosted-models.js'
import type { RerankRequest } from '../rerank/read-rerank-request.js'
import type { Ranking } from '../rerank/rerank.js'

/** Computes vectors and scores for requests that have been checked against its models. */
export interface Backend {
  /** Every hosted model, as `GET /models` shows it. */
  readonly models: readonly ModelInfo[]
  /** Rejects once `signal` aborts, because no one is waiting for the answer any more. */
  embed(request: EmbedRequest, signal: AbortSignal): Embeddings | Promise<Embeddings>
  rerank(request: RerankRequest, signal: AbortSignal): Ranking | Promise<Ranking>
  /** Frees its resources. */
  close(): Promise<void>
}

/** Why a backend cannot be used: a package, folder or file is missing, or a model does not fit. */
export class BackendError extends Error {
  override readonly name = 'BackendError'
}
