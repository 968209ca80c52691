import {
  type EmbeddingModelV3,
  NoSuchModelError,
  type ProviderV3,
  type RerankingModelV3,
} from '@ai-sdk/provider'
import type {
  HostedEmbedModel,
  HostedVectorType,
  PineconeInference,
  RerankModel,
} from '@pinecone-inference/client'
import {
  CLIENT_FIELDS,
  type ClientFields,
  checkOptions,
  clientFrom,
} from '@pinecone-inference/client/adapters'
import { embeddingModel, type PineconeEmbeddingSettings } from './embedding-model.js'
import { argumentErrors } from './errors.js'
import { type PineconeRerankingSettings, rerankingModel } from './reranking-model.js'

/** Either `client`, a `PineconeInference` to share, or the options for one of the provider's own. */
export type PineconeProviderSettings = ClientFields

/** A hosted model with dense vectors. Any other string works too, and is looked up with `GET /models/{name}`. */
export type DenseEmbedModel =
  | { [M in HostedEmbedModel]: HostedVectorType<M> extends 'dense' ? M : never }[HostedEmbedModel]
  | (string & {})

/** Pinecone's hosted models for the AI SDK. Its models work with `ai` 6 and 7. */
export interface PineconeProvider extends ProviderV3 {
  /**
   * An embedding model, for `embed` and `embedMany`.
   *
   * @throws NoSuchModelError for a sparse model or a reranker
   * @throws InvalidArgumentError for a setting that does not exist
   */
  embedding<M extends DenseEmbedModel, D extends number = never>(
    modelId: M,
    settings?: PineconeEmbeddingSettings<M, D>,
  ): EmbeddingModelV3
  /** The same as `embedding`; the name that registries use. */
  embeddingModel<M extends DenseEmbedModel, D extends number = never>(
    modelId: M,
    settings?: PineconeEmbeddingSettings<M, D>,
  ): EmbeddingModelV3
  /** @deprecated Use `embedding`. */
  textEmbedding<M extends DenseEmbedModel, D extends number = never>(
    modelId: M,
    settings?: PineconeEmbeddingSettings<M, D>,
  ): EmbeddingModelV3
  /** @deprecated Use `embeddingModel`. */
  textEmbeddingModel<M extends DenseEmbedModel, D extends number = never>(
    modelId: M,
    settings?: PineconeEmbeddingSettings<M, D>,
  ): EmbeddingModelV3

  /**
   * A reranking model, for `rerank`.
   *
   * @throws NoSuchModelError for an embedding model
   * @throws InvalidArgumentError for a setting that does not exist
   */
  reranking<M extends RerankModel, const P = unknown>(
    modelId: M,
    settings?: PineconeRerankingSettings<M, P>,
  ): RerankingModelV3
  /** The same as `reranking`; the name that registries use. */
  rerankingModel<M extends RerankModel, const P = unknown>(
    modelId: M,
    settings?: PineconeRerankingSettings<M, P>,
  ): RerankingModelV3

  /** The client behind the models, for `embedStream`, sparse models and `listModels`. Created at first use. */
  readonly client: PineconeInference
  /** Waits for the calls under way, then closes the connections. A client that you passed in stays open. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A provider of Pinecone's hosted models.
 *
 * Without `apiKey`, `PINECONE_API_KEY` is read from the environment when a model is first used, so that a module can
 * create the provider where the key is not set, such as in a build.
 *
 * @example
 * ```ts
 * const pinecone = createPinecone({ rateLimit: { tokensPerMinute: 1_000_000 } })
 * const model = pinecone.embedding('llama-text-embed-v2', { inputType: 'passage' })
 * const { embeddings } = await embedMany({ model, values })
 * ```
 *
 * @throws InvalidArgumentError for an unknown or invalid option
 */
export function createPinecone(settings: PineconeProviderSettings = {}): PineconeProvider {
  const given = { ...settings }
  argumentErrors(() => checkOptions(settings, CLIENT_FIELDS, 'createPinecone'))
  let used: { client: PineconeInference; isOwn: boolean } | undefined
  const client = () => {
    used ??= clientFrom(given, 'ai_sdk')
    return used.client
  }
  if (given.client !== undefined || given.apiKey !== undefined) argumentErrors(client)

  const embedding: PineconeProvider['embedding'] = (modelId, of) =>
    embeddingModel(modelId, of as PineconeEmbeddingSettings | undefined, client)
  const reranking: PineconeProvider['reranking'] = (modelId, of) =>
    rerankingModel(modelId, of as PineconeRerankingSettings | undefined, client)
  const close = async () => {
    if (used?.isOwn) await used.client.close()
  }
  return {
    specificationVersion: 'v3',
    embedding,
    embeddingModel: embedding,
    textEmbedding: embedding,
    textEmbeddingModel: embedding,
    reranking,
    rerankingModel: reranking,
    languageModel: (modelId) => {
      throw new NoSuchModelError({ modelId, modelType: 'languageModel' })
    },
    imageModel: (modelId) => {
      throw new NoSuchModelError({ modelId, modelType: 'imageModel' })
    },
    get client() {
      return client()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Pinecone's hosted models, with the API key and URL of the environment. */
export const pinecone = createPinecone()
