import { between, seededRandom } from '../texts/random.js'

/**
 * Measures every contender once a round, each round in another order, so that a busy minute meets all, and none always
 * follows the same one.
 */
export async function rounds<T>(
  count: number,
  contenders: readonly string[],
  measure: (contender: string) => Promise<T>,
): Promise<Map<string, T[]>> {
  const results = new Map(contenders.map((contender) => [contender, [] as T[]]))
  const random = seededRandom(1)
  for (let round = 0; round < count; round++) {
    for (const contender of shuffled(contenders, random)) {
      results.get(contender)?.push(await measure(contender))
    }
  }
  return results
}

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const left = [...items]
  return items.flatMap(() => left.splice(between(random, 0, left.length - 1), 1))
}

/** Each round's figure over the same round's of another contender: what slowed the round slowed both. */
export function ratios(values: readonly number[], others: readonly number[]): number[] {
  return values.map((value, round) => value / (others[round] ?? Number.NaN))
}
