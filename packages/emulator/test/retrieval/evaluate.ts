import { answers, type Passage, readCorpus } from './corpus.js'
import { ndcg, recall } from './measures.js'
import { type CorpusName, type Question, questions } from './questions.js'
import { bm25, dense, type Ranker, reranked, sparse, textbookBm25 } from './rankers.js'

export interface Figures {
  readonly ndcgAt10: number
  readonly recallAt20: number
  /** nDCG@10 of files, each at the rank of its best passage: the right file is one of many. */
  readonly fileNdcgAt10: number
}

const corpora: readonly CorpusName[] = ['undici', 'fastify', 'pino']

export const rankers = {
  'BM25 (minisearch)': (texts: readonly string[]) => bm25(texts, 'its own words'),
  'BM25 (minisearch, our words)': (texts: readonly string[]) => bm25(texts, 'our words'),
  'BM25 (textbook, our words)': (texts: readonly string[]) => textbookBm25(texts),
  'dense, 384': (texts: readonly string[]) => dense(texts, 384),
  'dense, 1024': (texts: readonly string[]) => dense(texts, 1024),
  'dense, 2048': (texts: readonly string[]) => dense(texts, 2048),
  sparse: (texts: readonly string[]) => sparse(texts),
  'dense, 1024, reranked': (texts: readonly string[]) => reranked(texts, dense(texts, 1024), 100),
  'sparse, reranked': (texts: readonly string[]) => reranked(texts, sparse(texts), 100),
} satisfies Record<string, (texts: readonly string[]) => Ranker>

export type RankerName = keyof typeof rankers

/** Figures of a ranker over half of the questions: `tuning` those it may be tuned on, `figures` those it may not. */
export function evaluate(name: RankerName, half: 'tuning' | 'figures'): Figures {
  const scored = corpora.flatMap((corpus) => {
    const passages = readCorpus(corpus)
    const ranker = rankers[name](passages.map(({ text }) => text))
    return questionsOf(corpus, half).map((question) => score(question, passages, ranker))
  })
  return {
    ndcgAt10: mean(scored.map(({ ndcgAt10 }) => ndcgAt10)),
    recallAt20: mean(scored.map(({ recallAt20 }) => recallAt20)),
    fileNdcgAt10: mean(scored.map(({ fileNdcgAt10 }) => fileNdcgAt10)),
  }
}

function questionsOf(corpus: CorpusName, half: 'tuning' | 'figures'): Question[] {
  return questions.filter(
    (question, index) => question.corpus === corpus && (index % 2 === 0) === (half === 'tuning'),
  )
}

function score(question: Question, passages: readonly Passage[], ranker: Ranker): Figures {
  const relevant = answers(question, passages)
  const ranking = ranker(question.text)
  const files = [...new Set(ranking.map((index) => passages[index]?.file))]
  return {
    ndcgAt10: ndcg(ranking, relevant, 10),
    recallAt20: recall(ranking, relevant, 20),
    fileNdcgAt10: ndcg(
      files.map((file) => (file === question.file ? 1 : 0)),
      new Set([1]),
      10,
    ),
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
