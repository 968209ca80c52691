import { NoSuchModelError, type RerankingModelV3, type RerankingModelV3CallOptions } from '@ai-sdk/provider'
import {
  hostedModel,
  type PineconeInference,
  type RerankModel,
  type RerankParametersOf,
} from '@pinecone-inference/client'
import {
  checkDocument,
  checkOptions,
  type NamesOf,
  RerankCalls,
  withoutUndefined,
  writtenAsText,
} from '@pinecone-inference/client/adapters'
import { argumentErrors, sdkError } from './errors.js'
import { SdkCall } from './sdk-call.js'

/** Settings of a reranking model. `providerOptions.pinecone` of a call overrides them. */
export interface PineconeRerankingSettings<M extends RerankModel = RerankModel, P = unknown> {
  /**
   * Fields to rank object documents by, each sent as text. Default: the whole object, as JSON. A text has one field,
   * `text`.
   */
  rankFields?: readonly string[] | undefined
  /**
   * Model parameters. `truncate` defaults to `END` if the model has it: a document that is too long is cut, whereas
   * `NONE` refuses the whole request.
   */
  parameters?: RerankParametersOf<M, P> | undefined
}

const SETTINGS: NamesOf<PineconeRerankingSettings> = { rankFields: true, parameters: true }

/** A model of specification v3, which `ai` 6 and 7 both accept. Like the embedding model, it does not use `this`. */
export function rerankingModel(
  modelId: RerankModel,
  settings: PineconeRerankingSettings = {},
  client: () => PineconeInference,
): RerankingModelV3 {
  if (hostedModel(modelId)?.type === 'embed') {
    const message = `${modelId} is an embedding model: use pinecone.embedding('${modelId}')`
    throw new NoSuchModelError({ modelId, modelType: 'rerankingModel', message })
  }
  argumentErrors(() => checkOptions(settings, SETTINGS, 'pinecone.reranking'))
  const ofModel = { ...settings }
  return {
    specificationVersion: 'v3',
    provider: 'pinecone.reranking',
    get modelId() {
      return modelId
    },
    async doRerank({ documents, query, topN, abortSignal, headers, providerOptions }) {
      const call = new SdkCall('/rerank', modelId, abortSignal, headers)
      try {
        const perCall: PineconeRerankingSettings | undefined = providerOptions?.pinecone
        checkOptions(perCall, SETTINGS, 'pinecone.reranking', 'providerOptions.pinecone')
        const { rankFields, parameters } = { ...ofModel, ...withoutUndefined({ ...perCall }) }
        call.parameters = { ...parameters, ...(rankFields && { rankFields }) }
        const calls = new RerankCalls({
          client: call.with(client()),
          model: modelId,
          ...(documents.type === 'object' && { rankFields }),
          parameters,
        })
        const candidates = calls.candidates(rankable(documents, rankFields), (document) => document)
        const result = await calls.rank(candidates, query, { ...call.options, topN })
        return {
          ranking: result.data.map(({ index, score }) => ({ index, relevanceScore: score })),
          providerMetadata: { pinecone: { rerankUnits: result.usage.rerankUnits } },
          warnings:
            documents.type === 'object' && rankFields === undefined
              ? [{ type: 'compatibility', feature: 'object documents', details: AS_JSON }]
              : [],
          response: { ...call.response, modelId: result.model },
        }
      } catch (error) {
        throw sdkError(error, call)
      }
    },
  }
}

const AS_JSON =
  'Object documents are ranked as JSON. To rank by some of their fields, set providerOptions.pinecone.rankFields.'

/**
 * Objects are ranked as JSON unless their fields are named, as in the first-party providers (@ai-sdk/cohere 4.0.52).
 */
function rankable(
  documents: RerankingModelV3CallOptions['documents'],
  rankFields: readonly string[] | undefined,
): Record<string, unknown>[] {
  if (documents.type === 'text') return documents.values.map((text) => ({ text }))
  if (rankFields) return documents.values
  return documents.values.map((value, i) => {
    checkDocument(value, i)
    return { text: writtenAsText(value, `documents[${i}]`, i) }
  })
}
