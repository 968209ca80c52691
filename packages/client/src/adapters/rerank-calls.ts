import type { CallOptions } from '../api/call-options.js'
import type { RerankDocument, RerankParameters, RerankResult } from '../api/rerank.js'
import type { PineconeInference } from '../client.js'
import { asWritten } from '../errors/as-written.js'
import { PineconeConfigurationError } from '../errors/configuration-error.js'
import { atPositions } from '../errors/positions.js'
import { hostedModel } from '../models/catalog.js'
import { checkHostedModel, checkRankFieldCount } from '../validate/model.js'
import { checkDocument, checkRankFields, checkTopN } from '../validate/requests.js'
import { clientFrom, type RerankCallOptions, type RerankFields, within, withoutUndefined } from './fields.js'
import { hasText, rankable } from './rankable.js'

/** The items that a framework passed to be ranked, as they were when the call was made. */
export interface Candidates<T> {
  readonly items: readonly T[]
  /** The fields and positions of the items with a text to rank by. */
  readonly sent: readonly { readonly index: number; readonly document: RerankDocument }[]
}

/** A framework's own document with its score. */
export interface RankedItem<T> {
  /** Position in the call's list. */
  readonly index: number
  /** Relevance to the query; 0 to 1 for the hosted models. */
  readonly score: number
  readonly item: T
}

/**
 * For adapters: ranks documents with a model and options that are fixed at construction.
 *
 * @throws PineconeConfigurationError if constructed with a model that does not rerank, or not by these fields, or with
 * a `topN` below 1
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

  /** Closes the client, unless you passed it in: others may be using it. */
  async close(): Promise<void> {
    if (this.#ownsClient) await this.client.close()
  }

  /**
   * Copies the rank fields of the items, so that later changes to them have no effect. Documents are passed on with all
   * their fields, so that the client can list them if no document has a rank field.
   *
   * @param fieldsOf the fields of an item
   * @throws PineconeConfigurationError for anything but a document, and for a rank field that cannot be written as text
   */
  candidates<T>(items: readonly T[], fieldsOf: (item: T, index: number) => RerankDocument): Candidates<T> {
    const documents = items.map(fieldsOf)
    for (const [i, document] of documents.entries()) checkDocument(document, i)
    const fields = this.rankFields.filter((field) => documents.some((document) => field in document))
    const all = documents.map((document, index) => ({
      index,
      document: rankable(document, fields, index),
    }))
    // For a field that no document has, the client lists the existing ones.
    const isMisnamed = fields.length < this.rankFields.length
    const sent = all.filter(({ document }) => isMisnamed || hasText(document, fields))
    return { items: [...items], sent }
  }

  /**
   * Ranks items: best first, each with its position and score, plus the model and the units charged. An item without
   * text comes last: it scores 0, or the lowest of all scores if that is below 0.
   *
   * @throws PineconeConfigurationError with the verdict `'input'` for a blank query, before anything is sent
   */
  async rank<T>(
    { items, sent }: Candidates<T>,
    query: string,
    { topN = this.topN, signal, timeout, ...options }: RerankCallOptions & CallOptions = {},
  ): Promise<Omit<RerankResult, 'data'> & { data: RankedItem<T>[] }> {
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
    const lowest = Math.min(0, ranked.at(-1)?.score ?? 0)
    const isSent = new Set(sent.map(({ index }) => index))
    const rest = items.map((_, index) => ({ index, score: lowest })).filter(({ index }) => !isSent.has(index))
    const { scoreThreshold = Number.NEGATIVE_INFINITY } = this
    const data = [...ranked, ...rest]
      .slice(0, topN)
      .filter(({ score }) => score >= scoreThreshold)
      // The client has checked that each index is one of those sent.
      .map(({ index, score }) => ({ index, score, item: items[index] as T }))
    return { ...result, data }
  }

  async #ranked(
    sent: Candidates<unknown>['sent'],
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

/**
 * One candidate that is too long must not fail the whole request, so `NONE`, some models' default, has to be requested.
 */
function withTruncation(model: string, parameters: RerankParameters = {}): RerankParameters {
  return hostedModel(model)?.oneOf.truncate
    ? { truncate: 'END', ...withoutUndefined(parameters) }
    : { ...withoutUndefined(parameters) }
}
