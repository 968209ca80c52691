import { PineconeInference, PineconeInferenceError } from '@pinecone-inference/client'
import fc from 'fast-check'
import { expect } from 'vitest'

/** Scores `passage 42` with 0.042, and refuses any request that holds `passage <poison>`. */
function service(poison: number): PineconeInference {
  const fetch = async (_: unknown, init?: RequestInit) => {
    const { documents, top_n = documents.length } = JSON.parse(String(init?.body))
    const numbers: number[] = documents.map(({ text }: { text: string }) => Number(text.split(' ')[1]))
    if (numbers.includes(poison)) {
      const error = { code: 'INVALID_ARGUMENT', message: 'poisoned' }
      return Response.json({ error, status: 400 }, { status: 400 })
    }
    const data = numbers.map((number, index) => ({ index, score: number / 1000 }))
    data.sort((a, b) => b.score - a.score)
    return Response.json({
      model: 'bge-reranker-v2-m3',
      data: data.slice(0, top_n),
      usage: { rerank_units: 1 },
    })
  }
  return new PineconeInference({ apiKey: 'offline', fetch, maxRetries: 0, maxConcurrency: 1 })
}

/** Up to 350 texts, some of them blank, and the position of one that the service refuses. */
const candidates = fc
  .array(fc.constantFrom('text', 'text', ''), { minLength: 1, maxLength: 350 })
  .map((kinds) => [...kinds, 'text'])
  .chain((kinds) => fc.record({ kinds: fc.constant(kinds), poison: fc.nat(kinds.length - 1) }))

/** Checks that a reranker's errors count positions in the caller's own list, in which some texts are blank. */
export async function checkPositions(
  rerank: (client: PineconeInference, texts: readonly string[]) => Promise<unknown>,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(candidates, async ({ kinds, poison }) => {
      const texts = kinds.map((kind, i) => kind && `passage ${i}`)
      const outcome = await rerank(service(poison), texts).catch((error: unknown) => error)
      if (kinds[poison] === '') {
        expect(outcome).toHaveLength(kinds.length)
        return
      }
      if (!(outcome instanceof PineconeInferenceError)) throw outcome
      const [start = 0, end = 0] = outcome.inputRange ?? []
      expect(start).toBeLessThanOrEqual(poison)
      expect(end).toBeGreaterThan(poison)
      expect([kinds[start], kinds[end - 1]]).toEqual(['text', 'text'])
      for (const one of outcome.partial?.data ?? []) expect(one).toMatchObject({ score: one.index / 1000 })
    }),
    { numRuns: 40 },
  )
}
