/** nDCG@k of a ranking, best first, where a passage is relevant or not. */
export function ndcg(ranking: readonly number[], relevant: ReadonlySet<number>, k: number): number {
  const gain = (rank: number) => 1 / Math.log2(rank + 2)
  const found = ranking
    .slice(0, k)
    .reduce((sum, index, rank) => sum + (relevant.has(index) ? gain(rank) : 0), 0)
  const ideal = Array.from({ length: Math.min(k, relevant.size) }, (_, rank) => gain(rank)).reduce(
    (a, b) => a + b,
    0,
  )
  return found / ideal
}

/** Share of the relevant passages among the first k, of those that fit there. */
export function recall(ranking: readonly number[], relevant: ReadonlySet<number>, k: number): number {
  const found = ranking.slice(0, k).filter((index) => relevant.has(index)).length
  return found / Math.min(k, relevant.size)
}
