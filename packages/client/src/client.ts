import type {
  CallOptions,
  CollectingEmbedAllOptions,
  CollectingEmbedStreamOptions,
  EmbedAllOptions,
  EmbedStreamOptions,
} from './api/call-options.js'
import type {
  EmbedModel,
  EmbedRequest,
  EmbedResult,
  EmbedStreamRequest,
  Encoding,
  StreamedEmbedding,
  VectorTypeOf,
} from './api/embed.js'
import type { ListModelsFilter, ModelInfo, ModelList } from './api/models.js'
import type { RerankModel, RerankRequest, RerankResult } from './api/rerank.js'
import type { ModelWait } from './budget/budget.js'
import { LocalBudget } from './budget/local-budget.js'
import { embed, embedAll } from './calls/embed.js'
import { embedStream } from './calls/embed-stream.js'
import type { Engine } from './calls/engine.js'
import { getModel, listModels, lookUpModel } from './calls/models.js'
import { rerank, rerankAll } from './calls/rerank.js'
import { Sender } from './delivery/sender.js'
import { PineconeConfigurationError } from './errors/configuration-error.js'
import type { CollectedEmbedResult, StreamedFailure } from './errors/inference-error.js'
import { Transport } from './http/transport.js'
import { Call } from './lifetime/call.js'
import { ModelCatalog } from './models/catalog.js'
import { ExpectedByModel } from './models/expected.js'
import { Observer } from './observe/observer.js'
import { openTelemetry } from './observe/opentelemetry.js'
import { type PineconeInferenceOptions, resolveSettings } from './settings.js'
import { checkCallOptions, type Method } from './validate/options.js'
import { checkEmbedFields } from './validate/requests.js'

/**
 * Pinecone's hosted embedding and reranking models.
 *
 * One instance holds one pool of connections and one limit of requests in flight; share it between
 * everything that uses the same project.
 *
 * @example
 * ```ts
 * const pinecone = new PineconeInference()
 * const { data } = await pinecone.embedAll({
 *   model: 'llama-text-embed-v2',
 *   inputs: passages,
 *   parameters: { inputType: 'passage' },
 * })
 * ```
 *
 * @throws PineconeConfigurationError for a missing key or an option that cannot work
 */
export class PineconeInference {
  /** Where requests go, without a slash at the end. */
  readonly baseUrl: string
  /** Attempts after the first, per request. */
  readonly maxRetries: number
  readonly #transport: Transport
  readonly #engine: Engine
  readonly #timeout: number
  readonly #underWay = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  constructor(options: PineconeInferenceOptions = {}) {
    const settings = resolveSettings(options)
    this.baseUrl = settings.baseUrl.href.replace(/\/+$/, '')
    this.maxRetries = settings.maxRetries
    this.#timeout = settings.timeout
    this.#transport = new Transport(settings)
    const sender = new Sender(
      this.#transport,
      settings.sharedBudget ?? new LocalBudget(settings.rateLimit),
      new Observer(settings.onUsage, openTelemetry),
      settings,
    )
    const catalog = new ModelCatalog((model, task, signal) =>
      this.#start('getModel', { signal }, (call) => lookUpModel(model, task, call, sender)),
    )
    this.#engine = {
      sender,
      catalog,
      expected: new ExpectedByModel(),
      maxConcurrency: settings.maxConcurrency,
    }
  }

  /**
   * Embeds up to the model's batch size of texts (96 for the hosted models) in one request.
   * No texts, no request.
   *
   * @returns one embedding per input, in input order, all finite and of one dimension
   * @throws PineconeConfigurationError before sending, for an empty or non-string text, a wrong parameter
   * @throws PineconeApiError when the service refuses; see its subclasses
   */
  embed<E extends Encoding = 'number', M extends EmbedModel = EmbedModel, const P = unknown>(
    request: EmbedRequest<E, M, P>,
    options?: CallOptions,
  ): Promise<EmbedResult<E, VectorTypeOf<M>>>
  embed<E extends Encoding>(request: EmbedRequest<E>, options: CallOptions = {}): Promise<EmbedResult<E>> {
    return this.#start('embed', options, (call) => embed(request, call, this.#engine))
  }

  /**
   * Embeds any number of texts: split to the model's limits, at most `maxConcurrency` requests in flight, results in
   * input order, usage summed.
   *
   * If a request fails for good, its error's `inputRange` says which inputs, and `partial` holds what was finished;
   * with `onError: 'collect'` the call continues, and the result has nulls for them and the list of `failures`. A batch
   * that is refused as too large, or when collecting for whatever is in it, is halved down to the inputs that cannot
   * pass.
   *
   * @throws PineconeConfigurationError before any embed request, for bad input anywhere in `inputs`
   * @throws PineconeApiError when the service refuses; see its subclasses
   */
  embedAll<E extends Encoding = 'number', M extends EmbedModel = EmbedModel, const P = unknown>(
    request: EmbedRequest<E, M, P>,
    options: CollectingEmbedAllOptions,
  ): Promise<CollectedEmbedResult<E, VectorTypeOf<M>>>
  embedAll<E extends Encoding = 'number', M extends EmbedModel = EmbedModel, const P = unknown>(
    request: EmbedRequest<E, M, P>,
    options?: EmbedAllOptions,
  ): Promise<EmbedResult<E, VectorTypeOf<M>>>
  embedAll<E extends Encoding>(
    request: EmbedRequest<E>,
    options: EmbedAllOptions | CollectingEmbedAllOptions = {},
  ): Promise<EmbedResult<E> | CollectedEmbedResult<E>> {
    return this.#start('embedAll', options, (call) => embedAll(request, options, call, this.#engine))
  }

  /**
   * Embeds texts as they come from a source of any length, in input order; each item names the model that served it.
   * Holds at most 4 x `maxConcurrency` batches, and asks the source for no more than it has room for; leaving the loop
   * cancels the rest.
   *
   * Everything before a failure has been yielded when it is thrown; its `inputRange` says which inputs failed. With
   * `onError: 'collect'` an input that cannot be embedded comes as `{ index, error }` in its place, and the stream
   * continues. `drain` ends it early with what is paid for.
   *
   * @example
   * ```ts
   * for await (const { index, embedding } of pinecone.embedStream({ model, inputs, parameters })) …
   * ```
   */
  embedStream<E extends Encoding = 'number', M extends EmbedModel = EmbedModel, const P = unknown>(
    request: EmbedStreamRequest<E, M, P>,
    options: CollectingEmbedStreamOptions,
  ): AsyncGenerator<StreamedEmbedding<E, VectorTypeOf<M>> | StreamedFailure, void>
  embedStream<E extends Encoding = 'number', M extends EmbedModel = EmbedModel, const P = unknown>(
    request: EmbedStreamRequest<E, M, P>,
    options?: EmbedStreamOptions,
  ): AsyncGenerator<StreamedEmbedding<E, VectorTypeOf<M>>, void>
  async *embedStream<E extends Encoding>(
    request: EmbedStreamRequest<E>,
    options: EmbedStreamOptions | CollectingEmbedStreamOptions = {},
  ): AsyncGenerator<StreamedEmbedding<E> | StreamedFailure, void> {
    checkEmbedFields(request)
    const call = this.#begin('embedStream', options)
    try {
      yield* embedStream(request, options, call, this.#engine)
    } finally {
      call.end()
    }
  }

  /**
   * Ranks up to the model's limit of documents (100 or 200 for the hosted models) in one request.
   *
   * @returns the documents' indices and scores, best first
   * @throws PineconeConfigurationError before sending, for an empty query, `topN` below 1, a rank field no document has
   * @throws PineconeApiError when the service refuses; see its subclasses
   *
   * @example
   * ```ts
   * const { data } = await pinecone.rerank({ model: 'bge-reranker-v2-m3', query, documents, topN: 5 })
   * const best = data.map(({ index }) => documents[index])
   * ```
   */
  rerank<M extends RerankModel = RerankModel, const P = unknown>(
    request: RerankRequest<M, P>,
    options?: CallOptions,
  ): Promise<RerankResult>
  rerank(request: RerankRequest, options: CallOptions = {}): Promise<RerankResult> {
    return this.#start('rerank', options, (call) => rerank(request, call, this.#engine))
  }

  /**
   * Ranks any number of documents: split to the model's limits, merged into one ranking by score, `topN` taken
   * after the merge. Only the rank fields are sent; `document` is the caller's own object.
   *
   * If a request fails for good, its error's `inputRange` says which documents, and `partial` holds the ranking of the
   * others.
   *
   * @returns the documents' indices and scores, best first
   * @throws PineconeConfigurationError before any rerank request, as `rerank` does
   * @throws PineconeApiError when the service refuses; see its subclasses
   */
  rerankAll<M extends RerankModel = RerankModel, const P = unknown>(
    request: RerankRequest<M, P>,
    options?: CallOptions,
  ): Promise<RerankResult>
  rerankAll(request: RerankRequest, options: CallOptions = {}): Promise<RerankResult> {
    return this.#start('rerankAll', options, (call) => rerankAll(request, call, this.#engine))
  }

  /**
   * Lists the models that the service offers.
   *
   * @throws PineconeApiError when the service refuses; see its subclasses
   */
  listModels(filter: ListModelsFilter = {}, options: CallOptions = {}): Promise<ModelList> {
    return this.#start('listModels', options, (call) => listModels(filter, call, this.#engine.sender))
  }

  /**
   * What the service says about one model: limits, dimensions, parameters.
   *
   * @throws PineconeConfigurationError for an invalid name
   * @throws PineconeApiError when the service refuses, with `status` 404 where it knows no such model
   */
  getModel(model: string, options: CallOptions = {}): Promise<ModelInfo> {
    return this.#start('getModel', options, (call) => getModel(model, call, this.#engine.sender))
  }

  /**
   * Which models' requests wait now, and why: a configured limit, one learned from 429s, or a 429 after which nothing
   * goes for a while. Waiting for one of the client's own `maxConcurrency` does not count. Empty while nothing waits.
   * Each wait is also published on the diagnostics channel `pinecone-inference:request:wait`.
   */
  get waiting(): readonly ModelWait[] {
    return this.#engine.sender.waiting
  }

  /**
   * Accepts no more calls, waits for those under way (abort them to be quick), then closes the connections. A stream
   * that is still being read then ends with a PineconeConnectionError.
   */
  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#underWay).then(() => this.#transport.close())
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #begin(method: Method, options: CallOptions): Call {
    if (this.#closing) throw new PineconeConfigurationError('client', 'is closed')
    checkCallOptions(method, options)
    return new Call({ ...options, timeout: options.timeout ?? this.#timeout })
  }

  async #start<T>(method: Method, options: CallOptions, work: (call: Call) => Promise<T>): Promise<T> {
    const call = this.#begin(method, options)
    const result = work(call)
    this.#underWay.add(result)
    try {
      return await result
    } finally {
      call.end()
      this.#underWay.delete(result)
    }
  }
}
