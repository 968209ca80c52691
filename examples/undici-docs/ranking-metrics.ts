export interface RankingMetrics {
  /** Share of the questions whose first result is right. */
  readonly hitAt1: number
  /** Share of the questions with a right result among the first five. */
  readonly hitAt5: number
  /** Mean over the questions of 1 / (rank of the first right result), 0 where there is none. */
  readonly meanReciprocalRank: number
}

/** @param ranks for each question the rank, from 1, of its first right result; undefined where there is none */
export function rankingMetrics(ranks: readonly (number | undefined)[]): RankingMetrics {
  const mean = (score: (rank: number) => number) =>
    ranks.reduce<number>((sum, rank) => sum + (rank === undefined ? 0 : score(rank)), 0) / ranks.length
  return {
    hitAt1: mean((rank) => Number(rank === 1)),
    hitAt5: mean((rank) => Number(rank <= 5)),
    meanReciprocalRank: mean((rank) => 1 / rank),
  }
}

/** The rank, from 1, of the first result from one of these files. */
export function rankOfFirst(
  results: readonly { readonly source: string }[],
  answeredBy: readonly string[],
): number | undefined {
  const index = results.findIndex(({ source }) => answeredBy.includes(source))
  return index < 0 ? undefined : index + 1
}
