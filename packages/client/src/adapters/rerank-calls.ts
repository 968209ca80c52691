import type { RankedDocument, RerankDocument, RerankParameters } from '../api/rerank.js'
import type { PineconeInference } from '../client.js'
import { asWritten } from '../errors/as-written.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { checkHostedModel } from '../validate/model.js'
import { checkTopN } from '../validate/rerank-request.js'
import { clientFrom } from './client-fields.js'
import type { RerankCallOptions, RerankFields } from './rerank-fields.js'

/**
 * For adapters: ranks documents with what is fixed when it is built.
 *
 * @throws PineconeConfigurationError when built with a model that does not rerank, or a `topN` below 1
 */
export class RerankCalls {
  readonly model: string
  readonly #client: PineconeInference
  readonly #topN: number | undefined
  readonly #rankFields: readonly string[]
  readonly #scoreThreshold: number
  readonly #parameters: RerankParameters | undefined

  constructor(fields: RerankFields) {
    const { topN, scoreThreshold, parameters } = fields
    this.model = fields.model ?? 'bge-reranker-v2-m3'
    checkHostedModel(this.model, { task: 'rerank', parameters })
    checkTopN(topN)
    if (scoreThreshold !== undefined && !Number.isFinite(scoreThreshold)) {
      throw new PineconeConfigurationError(
        'scoreThreshold',
        `is ${asWritten(scoreThreshold)}; it must be a number`,
      )
    }
    this.#topN = topN
    this.#rankFields = fields.rankFields ?? ['text']
    this.#scoreThreshold = scoreThreshold ?? Number.NEGATIVE_INFINITY
    this.#parameters = parameters
    this.#client = clientFrom(fields)
  }

  /**
   * Positions and scores, best first. A document is given with all its fields: the client sends the rank fields,
   * and names those there are where one is missing.
   */
  async rank(
    documents: readonly RerankDocument[],
    query: string,
    { topN = this.#topN, signal }: RerankCallOptions = {},
  ): Promise<RankedDocument[]> {
    const { data } = await this.#client.rerankAll(
      {
        model: this.model,
        query,
        documents: documents.map(withNumbersAsText),
        rankFields: this.#rankFields,
        returnDocuments: false,
        ...(topN === undefined ? {} : { topN }),
        ...(this.#parameters ? { parameters: this.#parameters } : {}),
      },
      signal ? { signal } : {},
    )
    return data.filter(({ score }) => score >= this.#scoreThreshold)
  }
}

/** Metadata holds numbers, a model ranks by text. */
function withNumbersAsText(document: RerankDocument): RerankDocument {
  return Object.fromEntries(
    Object.entries(document).map(([field, value]) => [
      field,
      typeof value === 'number' ? String(value) : value,
    ]),
  )
}
