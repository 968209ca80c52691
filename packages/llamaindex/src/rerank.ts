import type { MessageContent } from '@llamaindex/core/llms'
import type { BaseNodePostprocessor } from '@llamaindex/core/postprocessor'
import type { NodeWithScore } from '@llamaindex/core/schema'
import { extractText } from '@llamaindex/core/utils'
import {
  PineconeConfigurationError,
  type PineconeInference,
  type RerankModel,
  type RerankParameters,
} from '@pinecone-inference/client'
import {
  checkOptions,
  RERANK_CALL_OPTIONS,
  RERANK_FIELDS,
  type RerankCallOptions,
  RerankCalls,
  type RerankFields,
} from '@pinecone-inference/client/adapters'
import { textOf } from './text-of-node.js'

export type PineconeRerankFields<M extends RerankModel = RerankModel, P = unknown> = RerankFields<M, P>

/**
 * Reranks retrieved nodes with a model hosted by Pinecone. A list too long for one request is split, and the rankings are
 * merged. The rank field `text` is a node's content, with the metadata that is not excluded from embedding.
 *
 * Raise `similarityTopK`: its default of 2 leaves nothing to choose from.
 *
 * @example
 * ```ts
 * const engine = index.asQueryEngine({
 *   similarityTopK: 50,
 *   nodePostprocessors: [new PineconeRerank({ topN: 5 })],
 * })
 * ```
 *
 * @throws PineconeConfigurationError if constructed without a key or with a model that does not rerank
 */
export class PineconeRerank<M extends RerankModel = RerankModel, const P = unknown>
  implements BaseNodePostprocessor
{
  readonly #calls: RerankCalls

  constructor(fields: PineconeRerankFields<M, P> = {}) {
    checkOptions(fields, RERANK_FIELDS, 'PineconeRerank')
    this.#calls = new RerankCalls(fields)
  }

  /** The client that sends the requests: the one you passed in, or its own. */
  get client(): PineconeInference {
    return this.#calls.client
  }

  get model(): string {
    return this.#calls.model
  }

  get topN(): number | undefined {
    return this.#calls.topN
  }

  get rankFields(): readonly string[] {
    return this.#calls.rankFields
  }

  get scoreThreshold(): number | undefined {
    return this.#calls.scoreThreshold
  }

  get parameters(): Readonly<RerankParameters> {
    return this.#calls.parameters
  }

  /** Closes the client, unless you passed it in: others may be using it. */
  close(): Promise<void> {
    return this.#calls.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /**
   * Returns the same nodes, best first, with their relevance as `score`. Your list and its scores are not changed.
   *
   * @throws PineconeConfigurationError for nodes without a query, or for a query without text, such as an image
   */
  async postprocessNodes(
    nodes: NodeWithScore[],
    query?: MessageContent,
    options?: RerankCallOptions,
  ): Promise<NodeWithScore[]> {
    checkOptions(options, RERANK_CALL_OPTIONS, 'postprocessNodes')
    if (nodes.length === 0) return []
    const text = query ? extractText(query) : ''
    if (text.trim() === '') {
      throw new PineconeConfigurationError(
        'query',
        'has no text; nodes are ranked by text, not by an image alone',
        undefined,
        { verdict: 'input' },
      )
    }
    const candidates = this.#calls.candidates(nodes, ({ node }) => ({
      ...node.metadata,
      text: textOf(node),
    }))
    const { data } = await this.#calls.rank(candidates, text, options)
    return data.map(({ item, score }) => ({ ...item, score }))
  }
}
