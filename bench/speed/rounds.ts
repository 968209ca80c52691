/** Measures every contender once a round, the order turned by one each time, so that a busy minute meets all. */
export async function rounds<T>(
  count: number,
  contenders: readonly string[],
  measure: (contender: string) => Promise<T>,
): Promise<Map<string, T[]>> {
  const results = new Map(contenders.map((contender) => [contender, [] as T[]]))
  for (let round = 0; round < count; round++) {
    const turned = [
      ...contenders.slice(round % contenders.length),
      ...contenders.slice(0, round % contenders.length),
    ]
    for (const contender of turned) results.get(contender)?.push(await measure(contender))
  }
  return results
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
}

/** The median, and from least to most. */
export function spread(values: readonly number[], digits: number): string {
  const of = (value: number) => value.toFixed(digits)
  return `${of(median(values))} (${of(Math.min(...values))} to ${of(Math.max(...values))})`
}

/** Each round's figure over the same round's of another contender: what slowed the round slowed both. */
export function ratios(values: readonly number[], others: readonly number[]): number[] {
  return values.map((value, round) => value / (others[round] ?? Number.NaN))
}
