import { type Embedding, PineconeInference, type RankedDocument } from '@pinecone-inference/client'
import { SeparateEmulator } from '../emulator/separate-emulator.js'
import { passages } from '../texts/passages.js'

/** Models of the soak: one of each kind of answer. */
export const denseModel = 'llama-text-embed-v2'
export const sparseModel = 'pinecone-sparse-english-v0'
export const rerankModel = 'bge-reranker-v2-m3'
export const dimension = 384

/** The texts of the soak, and what a service without faults makes of them. */
export interface Reference {
  readonly texts: readonly string[]
  readonly queries: readonly string[]
  isDense(text: number, embedding: Embedding | undefined): boolean
  isSparse(text: number, embedding: Embedding | undefined): boolean
  /** Whether this is how the query ranks the texts from `from` up to, not including, `to`: best first, `topN` of them. */
  isRanking(
    query: number,
    range: { readonly from: number; readonly to: number; readonly topN: number },
    ranking: readonly RankedDocument[],
  ): boolean
}

export async function makeReference(): Promise<Reference> {
  const texts = passages(1_500, { least: 8, most: 60 })
  const queries = passages(12, { least: 3, most: 6, seed: 2 })
  await using emulator = await SeparateEmulator.start()
  await using client = new PineconeInference({ apiKey: 'bench', baseUrl: emulator.url })

  const parameters = { inputType: 'passage' } as const
  const dense = await client.embedAll({
    model: denseModel,
    inputs: texts,
    parameters: { ...parameters, dimension },
  })
  const sparse = await client.embedAll({ model: sparseModel, inputs: texts, parameters })
  const scores: number[][] = []
  for (const query of queries) {
    const { data } = await client.rerankAll({ model: rerankModel, query, documents: texts })
    const ofQuery: number[] = []
    for (const { index, score } of data) ofQuery[index] = score
    scores.push(ofQuery)
  }

  return {
    texts,
    queries,
    isDense: (text, embedding) => sameVector(embedding, dense.data[text]),
    isSparse: (text, embedding) => sameVector(embedding, sparse.data[text]),
    isRanking(query, { from, to, topN }, ranking) {
      const expected = (scores[query] ?? [])
        .slice(from, to)
        .map((score, index) => ({ index, score }))
        .sort((a, b) => b.score - a.score || a.index - b.index)
        .slice(0, topN)
      return (
        ranking.length === expected.length &&
        expected.every(({ index, score }, i) => ranking[i]?.index === index && ranking[i]?.score === score)
      )
    },
  }
}

function sameVector(given: Embedding | undefined, expected: Embedding | undefined): boolean {
  if (given?.vectorType === 'dense' && expected?.vectorType === 'dense') {
    return sameNumbers(given.values, expected.values)
  }
  if (given?.vectorType === 'sparse' && expected?.vectorType === 'sparse') {
    return (
      sameNumbers(given.sparseIndices, expected.sparseIndices) &&
      sameNumbers(given.sparseValues, expected.sparseValues)
    )
  }
  return false
}

function sameNumbers(given: readonly number[], expected: readonly number[]): boolean {
  return given.length === expected.length && given.every((number, i) => number === expected[i])
}
