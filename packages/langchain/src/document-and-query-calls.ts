import {
  checkHostedModel,
  type Embedding,
  type EmbedParameters,
  PineconeConfigurationError,
  type PineconeInference,
  type VectorType,
} from '@pinecone-inference/client'
import { clientFrom } from './client-fields.js'
import type { EmbedCallOptions, EmbeddingFields } from './embedding-fields.js'

type EmbeddingOf<V extends VectorType> = Extract<Embedding, { vectorType: V }>

/**
 * Embeds documents and queries, each from parameters of its own that are fixed when it is built: no call
 * changes what a later one, or one at the same time, sends.
 */
export class DocumentAndQueryCalls<V extends VectorType> {
  readonly #client: PineconeInference
  readonly #model: string
  readonly #vectorType: V
  readonly #documentParameters: EmbedParameters
  readonly #queryParameters: EmbedParameters
  readonly #batch: { batchSize?: number }

  constructor(model: string, vectorType: V, fields: EmbeddingFields & { dimension?: number }) {
    const shared = definedOnly({ truncate: fields.truncate, dimension: fields.dimension })
    this.#documentParameters = { inputType: 'passage', ...shared, ...fields.documentParameters }
    this.#queryParameters = { inputType: 'query', ...shared, ...fields.queryParameters }
    for (const parameters of [this.#documentParameters, this.#queryParameters]) {
      checkHostedModel(model, { task: 'embed', vectorType, parameters })
    }
    this.#client = clientFrom(fields)
    this.#model = model
    this.#vectorType = vectorType
    this.#batch = definedOnly({ batchSize: fields.batchSize })
  }

  documents(texts: readonly string[], options: EmbedCallOptions = {}): Promise<EmbeddingOf<V>[]> {
    return this.#embed(texts, this.#documentParameters, options)
  }

  async query(text: string, options: EmbedCallOptions = {}): Promise<EmbeddingOf<V>> {
    const [embedding] = await this.#embed([text], this.#queryParameters, options)
    if (!embedding) throw new TypeError('one text gives one embedding')
    return embedding
  }

  async #embed(texts: readonly string[], parameters: EmbedParameters, options: EmbedCallOptions) {
    const { data } = await this.#client.embedAll(
      { model: this.#model, inputs: texts, parameters },
      { ...this.#batch, ...options },
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

function definedOnly<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
