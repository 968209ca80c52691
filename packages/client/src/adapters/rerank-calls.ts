import type { CallOptions } from '../api/call-options.js'
import type { RankedDocument, RerankDocument, RerankParameters, RerankResult } from '../api/rerank.js'
import type { PineconeInference } from '../client.js'
import { asWritten } from '../errors/as-written.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { hostedModel } from '../models/hosted-models.js'
import { checkHostedModel } from '../validate/model.js'
import { checkDocument, checkRankFieldCount, checkRankFields, checkTopN } from '../validate/rerank-request.js'
import { clientFrom } from './client-fields.js'
import { given } from './given.js'
import { hasText, rankable } from './rankable.js'
import type { RerankCallOptions, RerankFields } from './rerank-fields.js'

/**
 * For adapters: ranks documents with what is fixed when it is built.
 *
 * @throws PineconeConfigurationError when built with a model that does not rerank, or not by these fields, or with a
 * `topN` below 1
 */
export class RerankCalls {
  readonly model: string
  readonly #client: PineconeInference
  readonly #topN: number | undefined
  readonly #rankFields: readonly string[]
  readonly #scoreThreshold: number
  readonly #parameters: RerankParameters

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
    checkRankFields(this.#rankFields)
    checkRankFieldCount(this.#rankFields, this.model, hostedModel(this.model))
    this.#scoreThreshold = scoreThreshold ?? Number.NEGATIVE_INFINITY
    this.#parameters = withTruncation(this.model, parameters)
    this.#client = clientFrom(fields).client
  }

  /**
   * Positions and scores, best first. A document is given with all its fields: the client sends the rank fields, and
   * names those there are where one is in no document. What has no text to rank by comes last: it scores 0, or as the
   * lowest of the others where that is below 0.
   */
  async rank(
    documents: readonly RerankDocument[],
    query: string,
    options: RerankCallOptions = {},
  ): Promise<RankedDocument[]> {
    return (await this.rankAll(documents, query, options)).data
  }

  /** What `rank` gives, with the model and the units charged. */
  async rankAll(
    documents: readonly RerankDocument[],
    query: string,
    { topN = this.#topN, ...options }: RerankCallOptions & CallOptions = {},
  ): Promise<RerankResult> {
    for (const [i, document] of documents.entries()) checkDocument(document, i)
    const fields = this.#rankFields.filter((field) => documents.some((document) => field in document))
    const all = documents.map((document, index) => ({ index, document: rankable(document, fields, index) }))
    // Of a field that is nowhere the client says which there are.
    const isMisnamed = fields.length < this.#rankFields.length
    const canBeRanked = ({ document }: { document: RerankDocument }) =>
      isMisnamed || hasText(document, fields)
    const sent = all.filter(canBeRanked)
    const { data: ranked, ...result } =
      sent.length === 0 ? this.#nothingSent() : await this.#ranked(sent, query, topN, options)
    const lowest = Math.min(0, ...ranked.slice(-1).map(({ score }) => score))
    const rest = all.filter((one) => !canBeRanked(one)).map(({ index }) => ({ index, score: lowest }))
    const data = [...ranked, ...rest].slice(0, topN).filter(({ score }) => score >= this.#scoreThreshold)
    return { ...result, data }
  }

  #nothingSent(): RerankResult {
    return { model: this.model, data: [], usage: { rerankUnits: 0 } }
  }

  async #ranked(
    sent: readonly { index: number; document: RerankDocument }[],
    query: string,
    topN: number | undefined,
    options: CallOptions,
  ): Promise<RerankResult> {
    const { data, ...result } = await this.#client.rerankAll(
      {
        model: this.model,
        query,
        documents: sent.map(({ document }) => document),
        rankFields: this.#rankFields,
        returnDocuments: false,
        topN,
        parameters: this.#parameters,
      },
      options,
    )
    return {
      ...result,
      data: data.flatMap(({ index: place, score }) =>
        sent.slice(place, place + 1).map(({ index }) => ({ index, score })),
      ),
    }
  }
}

/** One candidate that is too long must not fail them all. `NONE`, which some models have as default, is to be asked for. */
function withTruncation(model: string, parameters: RerankParameters = {}): RerankParameters {
  return hostedModel(model)?.oneOf.truncate ? { truncate: 'END', ...given(parameters) } : parameters
}
