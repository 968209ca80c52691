import type { EmbedAllOptions } from '../api/call-options.js'
import type { Embedding, EmbedParameters, VectorType } from '../api/embed.js'
import type { PineconeInference } from '../client.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { PineconeResponseError } from '../errors/response-error.js'
import { hostedModel } from '../models/hosted-models.js'
import { checkBatchSize } from '../validate/call-options.js'
import { checkHostedModel } from '../validate/model.js'
import { clientFrom } from './client-fields.js'
import type { EmbeddingFields } from './embedding-fields.js'
import { given } from './given.js'

type EmbeddingOf<V extends VectorType> = Extract<Embedding, { vectorType: V }>

/**
 * For adapters: embeds documents and queries, each from parameters of its own that are fixed when it is built.
 * No call changes what a later one, or one at the same time, sends.
 *
 * @throws PineconeConfigurationError when built with a model of another kind, or a parameter or batch size it does not
 * take
 */
export class DocumentAndQueryCalls<V extends VectorType> {
  readonly documentParameters: Readonly<EmbedParameters>
  readonly queryParameters: Readonly<EmbedParameters>
  readonly #client: PineconeInference
  readonly #model: string
  readonly #vectorType: V
  readonly #batchSize: number | undefined

  constructor(model: string, vectorType: V, fields: EmbeddingFields & { dimension?: number | undefined }) {
    const { truncate, dimension, documentParameters = {}, queryParameters = {} } = fields
    const shared = given({ truncate, dimension })
    this.documentParameters = { inputType: 'passage', ...shared, ...given(documentParameters) }
    this.queryParameters = { inputType: 'query', ...shared, ...given(queryParameters) }
    for (const parameters of [this.documentParameters, this.queryParameters]) {
      checkHostedModel(model, { task: 'embed', vectorType, parameters })
    }
    const facts = hostedModel(model)
    checkBatchSize(fields.batchSize, facts && { most: facts.maxBatchSize, model })
    this.#client = clientFrom(fields).client
    this.#model = model
    this.#vectorType = vectorType
    this.#batchSize = fields.batchSize
  }

  documents(texts: readonly string[], options: EmbedAllOptions): Promise<EmbeddingOf<V>[]> {
    return this.#embed(texts, this.documentParameters, options)
  }

  document(text: string, options: EmbedAllOptions): Promise<EmbeddingOf<V>> {
    return this.#embedOne(text, this.documentParameters, options)
  }

  query(text: string, options: EmbedAllOptions): Promise<EmbeddingOf<V>> {
    return this.#embedOne(text, this.queryParameters, options)
  }

  async #embedOne(text: string, parameters: EmbedParameters, options: EmbedAllOptions) {
    const [embedding] = await this.#embed([text], parameters, options)
    if (!embedding) throw new PineconeResponseError('no embedding for the text')
    return embedding
  }

  async #embed(inputs: readonly string[], parameters: EmbedParameters, options: EmbedAllOptions) {
    const { data } = await this.#client.embedAll(
      { model: this.#model, inputs, parameters },
      { ...options, batchSize: options.batchSize ?? this.#batchSize },
    )
    return data.map((embedding) => {
      if (isOf(this.#vectorType, embedding)) return embedding
      throw new PineconeConfigurationError(
        'model',
        `${JSON.stringify(this.#model)} makes ${embedding.vectorType} vectors, not ${this.#vectorType} ones`,
      )
    })
  }
}

function isOf<V extends VectorType>(vectorType: V, embedding: Embedding): embedding is EmbeddingOf<V> {
  return embedding.vectorType === vectorType
}
