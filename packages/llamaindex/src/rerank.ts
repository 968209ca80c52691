import type { MessageContent } from '@llamaindex/core/llms'
import type { BaseNodePostprocessor } from '@llamaindex/core/postprocessor'
import { type BaseNode, MetadataMode, type NodeWithScore } from '@llamaindex/core/schema'
import { extractText } from '@llamaindex/core/utils'
import {
  type ClientFields,
  checkHostedModel,
  checkTopN,
  clientFrom,
  PineconeConfigurationError,
  type PineconeInference,
  type RerankDocument,
  type RerankModel,
} from '@pinecone-inference/client'

export type PineconeRerankFields = ClientFields & {
  /** A rerank model. Default `bge-reranker-v2-m3`. */
  model?: RerankModel
  /** Keep only the best n. Default: all of them. */
  topN?: number
  /**
   * What to rank by: `text` is a node's content with the metadata that is not excluded from embedding, any other
   * name a metadata field. Default `['text']`. Only these are sent.
   */
  rankFields?: readonly string[]
  /** Drop nodes that score below this (0 to 1 for the hosted models). Default: drop none. */
  scoreThreshold?: number
  /** Model parameters, such as `{ truncate: 'NONE' }`. */
  parameters?: Record<string, unknown>
}

/**
 * Reranks retrieved nodes by a model hosted by Pinecone. Any number of them: more than one request may hold are
 * split and merged.
 *
 * Raise `similarityTopK`, which is 2 by default, or there is nothing to choose from.
 *
 * @example
 * ```ts
 * const engine = index.asQueryEngine({
 *   similarityTopK: 50,
 *   nodePostprocessors: [new PineconeRerank({ topN: 5 })],
 * })
 * ```
 *
 * @throws PineconeConfigurationError when built without a key or with a model that does not rerank
 */
export class PineconeRerank implements BaseNodePostprocessor {
  readonly model: string
  readonly topN: number | undefined
  readonly rankFields: readonly string[]
  readonly scoreThreshold: number | undefined
  readonly #client: PineconeInference
  readonly #parameters: Record<string, unknown> | undefined

  constructor(fields: PineconeRerankFields = {}) {
    this.model = fields.model ?? 'bge-reranker-v2-m3'
    this.topN = fields.topN
    this.rankFields = fields.rankFields ?? ['text']
    this.scoreThreshold = fields.scoreThreshold
    this.#parameters = fields.parameters
    checkHostedModel(this.model, { task: 'rerank', parameters: fields.parameters })
    checkTopN(this.topN)
    if (this.scoreThreshold !== undefined && !Number.isFinite(this.scoreThreshold)) {
      throw new PineconeConfigurationError('scoreThreshold', `is ${this.scoreThreshold}; it must be a number`)
    }
    this.#client = clientFrom(fields)
  }

  /**
   * Best first: the same nodes, with their relevance as `score`. The list given and its scores are left as they
   * are.
   *
   * @throws PineconeConfigurationError for nodes without a query, or a query without text such as an image
   */
  async postprocessNodes(
    nodes: NodeWithScore[],
    query?: MessageContent,
    options: { signal?: AbortSignal } = {},
  ): Promise<NodeWithScore[]> {
    if (nodes.length === 0) return []
    const text = query ? extractText(query) : ''
    if (text.trim() === '') {
      throw new PineconeConfigurationError(
        'query',
        'has no text; nodes are ranked by text, not by an image alone',
      )
    }
    const { data } = await this.#client.rerankAll(
      {
        model: this.model,
        query: text,
        documents: nodes.map(({ node }) => fieldsOf(node)),
        rankFields: this.rankFields,
        returnDocuments: false,
        ...(this.topN === undefined ? {} : { topN: this.topN }),
        ...(this.#parameters ? { parameters: this.#parameters } : {}),
      },
      options,
    )
    const { scoreThreshold = Number.NEGATIVE_INFINITY } = this
    return data.flatMap(({ index, score }) => {
      const found = nodes[index]
      return found && score >= scoreThreshold ? [{ ...found, score }] : []
    })
  }
}

/** All that a node can be ranked by; the client sends the rank fields, and names the rest where one is missing. */
function fieldsOf(node: BaseNode): RerankDocument {
  const metadata = Object.entries<unknown>(node.metadata).map(([field, value]) => [
    field,
    typeof value === 'number' ? String(value) : value,
  ])
  return { ...Object.fromEntries(metadata), text: node.getContent(MetadataMode.EMBED) }
}
