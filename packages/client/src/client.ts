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
 * One instance holds one connection pool and one concurrency limit; share it between everything that uses the same
 * project.
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
 * @throws PineconeConfigurationError for a missing key or an invalid option
 */
export class PineconeInference {
  /** Base URL of all requests, without a trailing slash. */
  readonly baseUrl: string
  /** Retries per request, after the first attempt. */
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
   * Embeds texts in one request, up to the model's batch size (96 for the hosted models). Without texts, no request is
   * sent.
   *
   * @returns one embedding per input, in input order, all finite and of one dimension
   * @throws PineconeConfigurationError before sending, for an empty or non-string text or an invalid parameter
   * @throws PineconeApiError if the service refuses the request; see its subclasses
   * @throws PineconeInferenceError for any other failure: no answer, or a wrong one
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
   * If a request fails for good, its error's `inputRange` names the inputs, and `partial` holds what was finished. With
   * `onError: 'collect'` the call continues, and the result has nulls for the failed inputs and a list of `failures`. A
   * batch that is refused as too large, or with `collect` for any of its inputs, is halved until the inputs that cannot
   * pass are found.
   *
   * @throws PineconeConfigurationError before any embed request, for invalid input anywhere in `inputs`
   * @throws PineconeApiError if the service refuses a request; see its subclasses
   * @throws PineconeInferenceError for any other failure: no answer, or a wrong one
   */
  embedAll<E extends Encoding = 'number', M extends EmbedModel = EmbedModel, const P = unknown>(
    request: EmbedRequest<E, M, P>,
    options: CollectingEmbedAllOptions,
  ): Promise<CollectedEmbedResult<E, VectorTypeOf<M>>>
  embedAll<E extends Encoding = 'number', M extends EmbedModel = EmbedModel, const P = unknown>(
    request: EmbedRequest<E, M, P>,
    options?: EmbedAllOptions,
  ): Promise<EmbedResult<E, VectorTypeOf<M>>>
  embedAll<E extends Encoding = 'number', M extends EmbedModel = EmbedModel, const P = unknown>(
    request: EmbedRequest<E, M, P>,
    options?: EmbedAllOptions | CollectingEmbedAllOptions,
  ): Promise<EmbedResult<E, VectorTypeOf<M>> | CollectedEmbedResult<E, VectorTypeOf<M>>>
  embedAll<E extends Encoding>(
    request: EmbedRequest<E>,
    options: EmbedAllOptions | CollectingEmbedAllOptions = {},
  ): Promise<EmbedResult<E> | CollectedEmbedResult<E>> {
    return this.#start('embedAll', options, (call) => embedAll(request, options, call, this.#engine))
  }

  /**
   * Embeds texts from a source of any length as they arrive, in input order; each item names the model that served it.
   * Holds at most 4 x `maxConcurrency` batches, and reads no more of the source than it has room for. Leaving the loop
   * cancels the rest.
   *
   * Everything before a failure is yielded before it is thrown; its `inputRange` names the failed inputs. With
   * `onError: 'collect'` an input that cannot be embedded is yielded as `{ index, error }` in its place, and the stream
   * continues. `drain` ends the stream early without losing what is paid for.
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
  embedStream<E extends Encoding = 'number', M extends EmbedModel = EmbedModel, const P = unknown>(
    request: EmbedStreamRequest<E, M, P>,
    options?: EmbedStreamOptions | CollectingEmbedStreamOptions,
  ): AsyncGenerator<StreamedEmbedding<E, VectorTypeOf<M>> | StreamedFailure, void>
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
   * Ranks documents in one request, up to the model's limit (100 to 250 documents for the hosted models).
   *
   * @returns the documents' indices and scores, best first
   * @throws PineconeConfigurationError before sending, for an empty query, a `topN` below 1, or a rank field that no
   * document has
   * @throws PineconeApiError if the service refuses the request; see its subclasses
   * @throws PineconeInferenceError for any other failure: no answer, or a wrong one
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
   * Ranks any number of documents: split to the model's limits, merged into one ranking by score, `topN` applied after
   * the merge. Only the rank fields are sent; `document` is the caller's own object.
   *
   * If a request fails for good, its error's `inputRange` names the documents, and `partial` holds the ranking of the
   * others.
   *
   * @returns the documents' indices and scores, best first
   * @throws PineconeConfigurationError before any rerank request, as `rerank` does
   * @throws PineconeApiError if the service refuses a request; see its subclasses
   * @throws PineconeInferenceError for any other failure: no answer, or a wrong one
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
   * @throws PineconeApiError if the service refuses the request; see its subclasses
   * @throws PineconeInferenceError for any other failure: no answer, or a wrong one
   */
  listModels(filter: ListModelsFilter = {}, options: CallOptions = {}): Promise<ModelList> {
    return this.#start('listModels', options, (call) => listModels(filter, call, this.#engine.sender))
  }

  /**
   * What the service says about one model: limits, dimensions, parameters.
   *
   * @throws PineconeConfigurationError for an invalid name
   * @throws PineconeApiError if the service refuses the request; `status` is 404 if it does not know the model
   * @throws PineconeInferenceError for any other failure: no answer, or a wrong one
   */
  getModel(model: string, options: CallOptions = {}): Promise<ModelInfo> {
    return this.#start('getModel', options, (call) => getModel(model, call, this.#engine.sender))
  }

  /**
   * Which models' requests wait now, and why (`reason`). Waiting for one of the client's own `maxConcurrency` slots does
   * not count. A model whose monthly quota is used up is listed too, with `requests: 0`. Otherwise empty while nothing
   * waits. Every wait, though not a used-up month, is also published on the diagnostics channel
   * `pinecone-inference:request:wait`.
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
