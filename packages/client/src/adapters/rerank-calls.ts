import type { CallOptions } from '../api/call-options.js'
import type { RerankDocument, RerankParameters, RerankResult } from '../api/rerank.js'
import type { PineconeInference } from '../client.js'
import { asWritten } from '../errors/as-written.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { atPositions } from '../errors/positions.js'
import { hostedModel } from '../models/catalog.js'
import { checkHostedModel, checkRankFieldCount } from '../validate/model.js'
import { checkDocument, checkRankFields, checkTopN } from '../validate/requests.js'
import { clientFrom, given, type RerankCallOptions, type RerankFields, within } from './fields.js'
import { hasText, rankable } from './rankable.js'

/** Documents as they were when the call was made, ready to be ranked. */
export interface Candidates {
  readonly count: number
  /** The documents with a text to rank by, and their positions. */
  readonly sent: readonly { readonly index: number; readonly document: RerankDocument }[]
}

/**
 * For adapters: ranks documents with a model and options that are fixed at construction.
 *
 * @throws PineconeConfigurationError when built with a model that does not rerank, or not by these fields, or with a
 * `topN` below 1
 */
export class RerankCalls {
  readonly client: PineconeInference
  readonly model: string
  readonly topN: number | undefined
  readonly rankFields: readonly string[]
  readonly scoreThreshold: number | undefined
  readonly parameters: Readonly<RerankParameters>
  readonly #ownsClient: boolean

  constructor(fields: RerankFields, sourceTag?: string) {
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
    this.topN = topN
    const rankFields = fields.rankFields ?? ['text']
    checkRankFields(rankFields)
    this.rankFields = Object.freeze([...rankFields])
    checkRankFieldCount(this.rankFields, this.model, hostedModel(this.model))
    this.scoreThreshold = scoreThreshold
    this.parameters = Object.freeze(withTruncation(this.model, parameters))
    const { client, isOwn } = clientFrom(fields, sourceTag)
    this.client = client
    this.#ownsClient = isOwn
  }

  /** Closes the client, unless you passed it: others may use it. */
  async close(): Promise<void> {
    if (this.#ownsClient) await this.client.close()
  }

  /**
   * Copies the rank fields from the documents: later changes to the documents have no effect. Documents are passed with all
   * their fields, so that the client can list them if a rank field is in no document.
   *
   * @throws PineconeConfigurationError for anything but a document, and for a rank field that cannot be written as text
   */
  candidates(documents: readonly RerankDocument[]): Candidates {
    for (const [i, document] of documents.entries()) checkDocument(document, i)
    const fields = this.rankFields.filter((field) => documents.some((document) => field in document))
    const all = documents.map((document, index) => ({
      index,
      document: rankable(document, fields, index),
    }))
    // For a field that no document has, the client lists the existing ones.
    const isMisnamed = fields.length < this.rankFields.length
    const sent = all.filter(({ document }) => isMisnamed || hasText(document, fields))
    return { count: documents.length, sent }
  }

  /**
   * Positions and scores, best first, with the model and the units charged. A document without text comes last: it scores
   * 0, or the lowest of all scores if that is below 0.
   *
   * @throws PineconeConfigurationError with the verdict `'input'` for a blank query, before anything is sent
   */
  async rank(
    { count, sent }: Candidates,
    query: string,
    { topN = this.topN, signal, timeout, ...options }: RerankCallOptions & CallOptions = {},
  ): Promise<RerankResult> {
    checkTopN(topN)
    if (typeof query !== 'string' || query.trim() === '') {
      throw new PineconeConfigurationError('query', 'must be a non-empty string', undefined, {
        verdict: 'input',
      })
    }
    const { data: ranked, ...result } =
      sent.length === 0
        ? { model: this.model, data: [], usage: { rerankUnits: 0 } }
        : await within({ timeout, signal }, (ending) =>
            this.#ranked(sent, query, topN, { ...options, signal: ending }),
          )
    const lowest = Math.min(0, ...ranked.slice(-1).map(({ score }) => score))
    const isSent = new Set(sent.map(({ index }) => index))
    const rest = Array.from({ length: count }, (_, index) => ({ index, score: lowest }))
    const all = [...ranked, ...rest.filter(({ index }) => !isSent.has(index))].slice(0, topN)
    const { scoreThreshold = Number.NEGATIVE_INFINITY } = this
    return { ...result, data: all.filter(({ score }) => score >= scoreThreshold) }
  }

  async #ranked(
    sent: Candidates['sent'],
    query: string,
    topN: number | undefined,
    options: CallOptions,
  ): Promise<RerankResult> {
    const positions = sent.map(({ index }) => index)
    try {
      const { data, ...result } = await this.client.rerankAll(
        {
          model: this.model,
          query,
          documents: sent.map(({ document }) => document),
          rankFields: this.rankFields,
          returnDocuments: false,
          topN,
          parameters: this.parameters,
        },
        options,
      )
      const placed = data.map(({ index, score }) => ({ index: positions[index] ?? index, score }))
      return { ...result, data: placed }
    } catch (error) {
      throw atPositions(error, { positions, signal: options.signal })
    }
  }
}

/** One candidate that is too long must not fail them all, so `NONE`, the default of some models, must be requested. */
function withTruncation(model: string, parameters: RerankParameters = {}): RerankParameters {
  return hostedModel(model)?.oneOf.truncate
    ? { truncate: 'END', ...given(parameters) }
    : { ...given(parameters) }
}
