import { type EmbeddingModelV3, type EmbeddingModelV3CallOptions, NoSuchModelError } from '@ai-sdk/provider'
import {
  type DenseEmbedding,
  type DimensionOf,
  type Embedding,
  type EmbedModel,
  type EmbedParametersOf,
  hostedModel,
  hostedModelNames,
  type PineconeInference,
} from '@pinecone-inference/client'
import { checkOptions, type NamesOf, withoutUndefined } from '@pinecone-inference/client/adapters'
import { argumentErrors, sdkError } from './errors.js'
import { SdkCall } from './sdk-call.js'

/** Settings of an embedding model. `providerOptions.pinecone` of a call overrides them. */
export interface PineconeEmbeddingSettings<M extends EmbedModel = EmbedModel, D extends number = never> {
  /** `passage` for texts to be searched, `query` for texts to search with. Every hosted model requires it. */
  inputType?: EmbedParametersOf<M>['inputType']
  /** Length of a vector, one that the model supports. Default: the model's own. */
  dimension?: DimensionOf<M, D> | undefined
  /** What to do with a text over the model's token limit: cut its end (default), cut its start, or refuse it. */
  truncate?: EmbedParametersOf<M>['truncate']
}

const SETTINGS: NamesOf<PineconeEmbeddingSettings> = { inputType: true, dimension: true, truncate: true }

/** `ai` 7 may request a dimension per call, which the specification of `ai` 6 lacks. */
type CallOptions = EmbeddingModelV3CallOptions & { dimensions?: number | undefined }

/**
 * A model of specification v3, which `ai` 6 and 7 both accept. It has no state and does not use `this`, because `ai` 7
 * calls it through a proxy (ai 7.0.173, src/model/as-embedding-model-v4.ts).
 */
export function embeddingModel(
  modelId: EmbedModel,
  settings: PineconeEmbeddingSettings = {},
  client: () => PineconeInference,
): EmbeddingModelV3 {
  checkEmbeds(modelId)
  argumentErrors(() => checkOptions(settings, SETTINGS, 'pinecone.embedding'))
  const ofModel = { ...settings }
  return {
    specificationVersion: 'v3',
    provider: 'pinecone.embedding',
    get modelId() {
      return modelId
    },
    // The client splits to the model's limits and sends requests in parallel. The SDK would wait for the slowest
    // request of each group (ai 7.0.173, src/embed/embed-many.ts).
    maxEmbeddingsPerCall: Number.POSITIVE_INFINITY,
    supportsParallelCalls: true,
    async doEmbed({ values, dimensions, abortSignal, headers, providerOptions }: CallOptions) {
      const call = new SdkCall('/embed', modelId, abortSignal, headers)
      try {
        const perCall = providerOptions?.pinecone
        checkOptions(perCall, SETTINGS, 'pinecone.embedding', 'providerOptions.pinecone')
        const parameters = {
          ...ofModel,
          ...(dimensions && { dimension: dimensions }),
          ...withoutUndefined({ ...perCall }),
        }
        call.parameters = parameters
        const result = await call
          .with(client())
          .embedAll({ model: modelId, inputs: values, parameters }, call.options)
        return {
          embeddings: result.data.map((embedding) => denseValues(embedding, modelId)),
          usage: { tokens: result.usage.totalTokens },
          providerMetadata: { pinecone: { model: result.model } },
          response: call.response,
          warnings: [],
        }
      } catch (error) {
        throw sdkError(error, call)
      }
    },
  }
}

function checkEmbeds(modelId: string): void {
  const facts = hostedModel(modelId)
  if (facts?.type === 'rerank') {
    const message = `${modelId} is a reranking model: use pinecone.reranking('${modelId}')`
    throw new NoSuchModelError({ modelId, modelType: 'embeddingModel', message })
  }
  if (facts?.vectorType === 'sparse') throw sparseUnsupported(modelId)
}

function denseValues(embedding: Embedding, modelId: string): DenseEmbedding['values'] {
  if (embedding.vectorType === 'dense') return embedding.values
  throw sparseUnsupported(modelId)
}

function sparseUnsupported(modelId: string): NoSuchModelError {
  const dense = hostedModelNames('embed', 'dense').join(', ')
  return new NoSuchModelError({
    modelId,
    modelType: 'embeddingModel',
    message: `${modelId} makes sparse vectors, which the AI SDK cannot represent: use pinecone.client.embedAll. Dense models: ${dense}`,
  })
}
