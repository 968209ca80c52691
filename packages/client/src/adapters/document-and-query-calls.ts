import type { EmbedAllOptions } from '../api/call-options.js'
import type { Embedding, EmbedParameters } from '../api/embed.js'
import type { ModelFacts, VectorType } from '../api/models.js'
import type { PineconeInference } from '../client.js'
import { asWritten } from '../errors/as-written.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { PineconeResponseError } from '../errors/no-answer.js'
import { atPositions } from '../errors/positions.js'
import { hostedModel } from '../models/catalog.js'
import { checkHostedModel } from '../validate/model.js'
import { checkBatchSize } from '../validate/options.js'
import { checkParameters } from '../validate/requests.js'
import { clientFrom, type EmbeddingFields, within, withoutUndefined } from './fields.js'

type EmbeddingOf<V extends VectorType> = Extract<Embedding, { vectorType: V }>

/** Options of one call of an adapter. */
export interface EmbedCallOptions extends Pick<EmbedAllOptions, 'onProgress' | 'batchSize'> {
  /** Aborts the call; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Milliseconds for the whole call, including retries. Default: no limit; each attempt still has its own. */
  timeout?: number | undefined
}

/**
 * For adapters: embeds documents and queries, each with parameters that are fixed at construction. No call changes what
 * another one sends.
 *
 * @throws PineconeConfigurationError if constructed with a model of another kind, a parameter or batch size that it
 * does not accept, or two dimensions
 */
export class DocumentAndQueryCalls<V extends VectorType> {
  readonly client: PineconeInference
  readonly model: string
  /** Length of a vector: as requested, or the model's default if it is known. */
  readonly dimension: number | undefined
  readonly truncate: string | undefined
  /** Texts per request, if the adapter's user set it. */
  readonly batchSize: number | undefined
  readonly blankAs: string | undefined
  readonly documentParameters: Readonly<EmbedParameters>
  readonly queryParameters: Readonly<EmbedParameters>
  readonly #vectorType: V
  readonly #ownsClient: boolean

  constructor(
    model: string,
    vectorType: V,
    fields: EmbeddingFields & { dimension?: number | undefined },
    sourceTag?: string,
  ) {
    const { truncate, dimension, documentParameters = {}, queryParameters = {} } = fields
    checkParameters(documentParameters, 'documentParameters')
    checkParameters(queryParameters, 'queryParameters')
    const shared = withoutUndefined({ truncate, dimension })
    this.documentParameters = Object.freeze({
      inputType: 'passage',
      ...shared,
      ...withoutUndefined(documentParameters),
    })
    this.queryParameters = Object.freeze({
      inputType: 'query',
      ...shared,
      ...withoutUndefined(queryParameters),
    })
    const merged = { documentParameters: this.documentParameters, queryParameters: this.queryParameters }
    for (const [name, parameters] of Object.entries(merged)) {
      checkParameters(parameters, name)
      checkHostedModel(model, { task: 'embed', vectorType, parameters })
    }
    const facts = hostedModel(model)
    this.dimension = oneDimension(this.documentParameters, this.queryParameters, facts)
    checkBatchSize(fields.batchSize, facts && { max: facts.maxBatchSize, model })
    checkBlankAs(fields.blankAs)
    this.model = model
    this.#vectorType = vectorType
    this.truncate = truncate
    this.batchSize = fields.batchSize
    this.blankAs = fields.blankAs
    const { client, isOwn } = clientFrom(fields, sourceTag)
    this.client = client
    this.#ownsClient = isOwn
  }

  documents(texts: readonly string[], options: EmbedCallOptions): Promise<EmbeddingOf<V>[]> {
    return this.#embed(texts, this.documentParameters, options)
  }

  queries(texts: readonly string[], options: EmbedCallOptions): Promise<EmbeddingOf<V>[]> {
    return this.#embed(texts, this.queryParameters, options)
  }

  document(text: string, options: EmbedCallOptions): Promise<EmbeddingOf<V>> {
    return this.#embedOne('text', text, this.documentParameters, options)
  }

  query(text: string, options: EmbedCallOptions): Promise<EmbeddingOf<V>> {
    return this.#embedOne('query', text, this.queryParameters, options)
  }

  /** Closes the client, unless you passed it in: others may be using it. */
  async close(): Promise<void> {
    if (this.#ownsClient) await this.client.close()
  }

  async #embedOne(name: string, text: string, parameters: EmbedParameters, options: EmbedCallOptions) {
    const [embedding] = await this.#embed([text], parameters, options).catch((error: unknown) => {
      throw atPositions(error, { positions: [0], argument: () => name, signal: options.signal })
    })
    if (!embedding) throw new PineconeResponseError(`no embedding for the ${name}`)
    return embedding
  }

  async #embed(
    texts: readonly string[],
    parameters: EmbedParameters,
    { timeout, signal, ...options }: EmbedCallOptions,
  ): Promise<EmbeddingOf<V>[]> {
    const inputs = Array.isArray(texts) ? texts.map((text) => this.#sent(text)) : texts
    const batchSize = options.batchSize ?? this.batchSize
    const result = await within({ timeout, signal }, (ending) =>
      this.client.embedAll(
        { model: this.model, inputs, parameters },
        { ...options, batchSize, signal: ending },
      ),
    )
    const own = result.data.filter((embedding) => isOf(this.#vectorType, embedding))
    if (own.length < result.data.length) {
      throw new PineconeConfigurationError(
        'model',
        `${asWritten(this.model)} makes ${result.vectorType} vectors, not ${this.#vectorType} ones`,
      )
    }
    return own
  }

  #sent(text: string): string {
    return this.blankAs !== undefined && typeof text === 'string' && text.trim() === '' ? this.blankAs : text
  }
}

function isOf<V extends VectorType>(vectorType: V, embedding: Embedding): embedding is EmbeddingOf<V> {
  return embedding.vectorType === vectorType
}

function oneDimension(
  ofDocuments: EmbedParameters,
  ofQueries: EmbedParameters,
  facts: ModelFacts | undefined,
): number | undefined {
  const own = facts?.defaultDimension
  const [documents, queries] = [ofDocuments.dimension ?? own, ofQueries.dimension ?? own]
  if (documents === queries) return documents
  throw new PineconeConfigurationError(
    'queryParameters.dimension',
    `is ${queries ?? "the model's default"}, and that of documents is ${documents ?? "the model's default"}: vectors of two lengths cannot be compared; set dimension for both`,
  )
}

function checkBlankAs(blankAs: unknown): void {
  if (blankAs === undefined || (typeof blankAs === 'string' && blankAs.trim() !== '')) return
  throw new PineconeConfigurationError(
    'blankAs',
    `is ${asWritten(blankAs)}; it must be a string that is not blank`,
  )
}
