import { type RerankingModel, rerank } from 'ai'

/** Mastra's `RelevanceScoreProvider`, by its shape. */
export interface Scorer {
  getRelevanceScore(query: string, text: string): Promise<number>
}

interface Batch {
  readonly texts: string[]
  readonly scores: Promise<number[]>
}

/**
 * A reranking model as Mastra's `rerankWithScorer` takes it. Mastra asks for one text at a time, and for all of them at
 * once: what is asked in the same tick is sent as one request.
 */
export function scorerOf(model: RerankingModel): Scorer {
  const open = new Map<string, Batch>()

  function batchFor(query: string): Batch {
    const texts: string[] = []
    const scores = Promise.resolve().then(async () => {
      open.delete(query)
      const { ranking } = await rerank({ model, query, documents: texts })
      const byPosition = new Map(ranking.map(({ originalIndex, score }) => [originalIndex, score]))
      return texts.map((_, i) => byPosition.get(i) ?? 0)
    })
    const batch = { texts, scores }
    open.set(query, batch)
    return batch
  }

  return {
    async getRelevanceScore(query, text) {
      const { texts, scores } = open.get(query) ?? batchFor(query)
      const position = texts.push(text) - 1
      return (await scores)[position] ?? 0
    },
  }
}
