import { extractText } from '@llamaindex/core/utils'
import type { PineconeRerank } from '@pinecone-inference/llamaindex'
import { BaseSelector, MetadataMode, type SelectorResult, TextNode } from 'llamaindex'

/** Selects the choice whose description the reranker finds most relevant to the query: one request, no chat model. */
export class RerankSelector extends BaseSelector {
  readonly #reranker: PineconeRerank

  constructor(reranker: PineconeRerank) {
    super()
    this.#reranker = reranker
  }

  async _select(
    choices: { description: string }[],
    query: Parameters<BaseSelector['_select']>[1],
  ): Promise<SelectorResult> {
    const nodes = choices.map(({ description }, i) => ({
      node: new TextNode({ id_: String(i), text: description }),
    }))
    const [best] = await this.#reranker.postprocessNodes(nodes, extractText(query))
    if (!best) throw new Error('There is nothing to select from.')
    const { node, score = 0 } = best
    const reason = `${node.getContent(MetadataMode.NONE)} ${score.toFixed(3)}`
    return { selections: [{ index: Number(node.id_), reason }] }
  }

  _getPrompts() {
    return {}
  }
  _updatePrompts() {}
  _getPromptModules() {
    return {}
  }
}
