import { labelledQuestions } from '../undici-docs/questions.js'
import { rankingMetrics, rankOfFirst } from '../undici-docs/ranking-metrics.js'
import type { SearchResult } from './hit.js'

/** Asks every labelled question and prints how high the right file came, before and after reranking. */
export async function printEvaluation(search: (question: string) => Promise<SearchResult>): Promise<void> {
  const results = await Promise.all(
    labelledQuestions.map(async ({ question, answeredBy }) => {
      const { found, reranked } = await search(question)
      return { found: rankOfFirst(found, answeredBy), reranked: rankOfFirst(reranked, answeredBy) }
    }),
  )
  console.log(`\n${labelledQuestions.length} labelled questions   hit@1  hit@5    MRR`)
  for (const [name, key] of [
    ['vector search', 'found'],
    ['reranked', 'reranked'],
  ] as const) {
    const { hitAt1, hitAt5, meanReciprocalRank } = rankingMetrics(results.map((result) => result[key]))
    const figures = [hitAt1, hitAt5, meanReciprocalRank].map((figure) => figure.toFixed(3).padStart(5))
    console.log(`${name.padEnd(22)}  ${figures.join('  ')}`)
  }
}
