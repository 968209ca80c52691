import { beforeAll, describe, expect, it } from 'vitest'
import { answers, readCorpus } from './corpus.js'
import { evaluate, type Figures, type RankerName, rankers } from './evaluate.js'
import { questions } from './questions.js'

const names = Object.keys(rankers) as RankerName[]

describe('the labelled questions', () => {
  it('are more than sixty, each with a passage that answers it under every heading named', () => {
    expect(questions.length).toBeGreaterThanOrEqual(60)
    for (const question of questions) {
      const passages = readCorpus(question.corpus)
      for (const section of question.sections) {
        const found = answers({ ...question, sections: [section] }, passages)
        expect(found.size, `${question.file}: ${section}`).toBeGreaterThan(0)
      }
    }
  })
})

describe('the stand-ins on questions they were not tuned on', () => {
  const figures = new Map<RankerName, Figures>()
  const ndcg = (name: RankerName) => figures.get(name)?.ndcgAt10 ?? Number.NaN
  const recall = (name: RankerName) => figures.get(name)?.recallAt20 ?? Number.NaN

  beforeAll(() => {
    for (const name of names) figures.set(name, evaluate(name, 'figures'))
    if (process.env.RETRIEVAL_FIGURES) {
      console.table(Object.fromEntries(figures))
      console.table(Object.fromEntries(names.map((name) => [name, evaluate(name, 'tuning')])))
    }
  }, 120_000)

  it.each(['dense, 1024', 'dense, 2048', 'sparse'] as const)('%s finds as well as BM25', (name) => {
    expect(ndcg(name)).toBeGreaterThanOrEqual(ndcg('BM25 (minisearch)'))
    expect(recall(name)).toBeGreaterThanOrEqual(recall('BM25 (minisearch)'))
  })

  it('dense in few dimensions stays near BM25', () => {
    expect(ndcg('dense, 384')).toBeGreaterThanOrEqual(ndcg('BM25 (minisearch)') * 0.9)
  })

  it.each([
    ['dense, 1024, reranked', 'dense, 1024'],
    ['sparse, reranked', 'sparse'],
    ['dense, 1024, reranked', 'BM25 (textbook, our words)'],
  ] as const)('%s is better than %s', (reranked, retrieved) => {
    expect(ndcg(reranked)).toBeGreaterThan(ndcg(retrieved))
  })
})
