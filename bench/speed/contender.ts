/** One way to embed, set up as its documentation shows. */
export interface Contender {
  /** All texts, `IN_FLIGHT` requests of `BATCH` at the same time. */
  embedMany(texts: string[]): Promise<readonly ArrayLike<number>[]>
  embedQuery(text: string): Promise<ArrayLike<number>>
  /** Texts as they come, where there is such a thing: the number of vectors that came. */
  stream?(texts: Iterable<string>): Promise<number>
}

export const BATCH = 96
export const IN_FLIGHT = 8
export const MODEL = 'multilingual-e5-large'

/** The loop people write around a call that takes one batch: results in order, `IN_FLIGHT` lanes. */
export async function inLanes<T>(texts: readonly string[], embed: (batch: string[]) => Promise<T[]>) {
  const results = new Array<T>(texts.length)
  let next = 0
  const lane = async () => {
    while (next < texts.length) {
      const start = next
      next += BATCH
      const vectors = await embed(texts.slice(start, start + BATCH))
      for (const [i, vector] of vectors.entries()) results[start + i] = vector
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
  return results
}
