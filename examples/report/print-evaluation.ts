import { labelledQuestions } from '../undici-docs/questions.js'
import { rankingMetrics, rankOfFirst } from '../undici-docs/ranking-metrics.js'

/** Rankings of the same question by different searches, by name; best first. */
type Rankings = Readonly<Record<string, readonly { readonly source: string }[]>>

/** Asks every labelled question and prints how high each search brings the right file. */
export async function printEvaluation(searches: (question: string) => Promise<Rankings>): Promise<void> {
  const results = await Promise.all(
    labelledQuestions.map(async ({ question, answeredBy }) => {
      const rankings = Object.entries(await searches(question))
      return new Map(rankings.map(([name, hits]) => [name, rankOfFirst(hits, answeredBy)]))
    }),
  )
  console.log(`\n${labelledQuestions.length} labelled questions   hit@1  hit@5    MRR`)
  for (const name of results[0]?.keys() ?? []) {
    const { hitAt1, hitAt5, meanReciprocalRank } = rankingMetrics(results.map((ranks) => ranks.get(name)))
    const figures = [hitAt1, hitAt5, meanReciprocalRank].map((figure) => figure.toFixed(3).padStart(5))
    console.log(`${name.padEnd(22)}  ${figures.join('  ')}`)
  }
}
