import { Document } from '@langchain/core/documents'
import { PineconeInference, PineconeInferenceError } from '@pinecone-inference/client'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PineconeRerank } from '../dist/index.js'

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

/** Up to 350 documents, some of them blank, and the position of one that the service refuses. */
const candidates = fc
  .array(fc.constantFrom('text', 'text', ''), { minLength: 1, maxLength: 350 })
  .map((kinds) => [...kinds, 'text'])
  .chain((kinds) => fc.record({ kinds: fc.constant(kinds), poison: fc.nat(kinds.length - 1) }))

describe('positions among documents of which some are blank', () => {
  it.each<[string, (reranker: PineconeRerank, documents: Document[]) => Promise<unknown>]>([
    ['rerank', (reranker, documents) => reranker.rerank(documents, 'q')],
    ['compressDocuments', (reranker, documents) => reranker.compressDocuments(documents, 'q')],
  ])('are the caller’s in an error of %s', async (_, call) => {
    await fc.assert(
      fc.asyncProperty(candidates, async ({ kinds, poison }) => {
        const documents = kinds.map(
          (kind, i) => new Document({ pageContent: kind && `passage ${i}`, metadata: {} }),
        )
        const failure = await call(new PineconeRerank({ client: service(poison) }), documents).catch(
          (error: unknown) => error,
        )
        if (kinds[poison] === '') {
          expect(failure).toHaveLength(kinds.length)
          return
        }
        if (!(failure instanceof PineconeInferenceError)) throw failure
        const [start = 0, end = 0] = failure.inputRange ?? []
        expect(start).toBeLessThanOrEqual(poison)
        expect(end).toBeGreaterThan(poison)
        const ends = [kinds[start], kinds[end - 1]]
        expect(ends).toEqual(['text', 'text'])
        for (const one of failure.partial?.data ?? []) {
          expect(one).toMatchObject({ score: one.index / 1000 })
        }
      }),
      { numRuns: 40 },
    )
  })
})
