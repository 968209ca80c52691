import MiniSearch from 'minisearch'
import { denseVector } from '../../src/embed/dense-vector.js'
import { sparseVector } from '../../src/embed/sparse-vector.js'
import { scoreDocuments } from '../../src/rerank/score-documents.js'
import { analyze, countTerms } from '../../src/text/terms.js'

/** Ranks texts for a query: all indices that it finds, best first. */
export type Ranker = (query: string) => number[]

const best = (scores: readonly number[]) =>
  scores
    .map((score, index) => ({ score, index }))
    .filter(({ score }) => score > 0)
    .sort((left, right) => right.score - left.score || left.index - right.index)
    .map(({ index }) => index)

/** BM25 of a kept library: with its own words, or with those of the stand-ins (stems, parts of compounds). */
export function bm25(texts: readonly string[], words: 'its own words' | 'our words'): Ranker {
  const index = new MiniSearch<{ id: number; text: string }>({
    fields: ['text'],
    ...(words === 'our words'
      ? {
          tokenize: (text: string) => analyze(text).flatMap((terms) => terms.map(({ key }) => key)),
          processTerm: (term: string) => term,
        }
      : {}),
  })
  index.addAll(texts.map((text, id) => ({ id, text })))
  return (query) => index.search(query).map(({ id }) => Number(id))
}

/** Textbook BM25 (k1 1.2, b 0.75) with the collection's own rarities over the words of the stand-ins. */
export function textbookBm25(texts: readonly string[]): Ranker {
  const documents = texts.map(
    (text) => new Map(countTerms(analyze(text)).map(({ term, count }) => [term.key, count])),
  )
  const lengths = documents.map((counts) => [...counts.values()].reduce((sum, count) => sum + count, 0))
  const usualLength = lengths.reduce((sum, length) => sum + length, 0) / texts.length
  const holding = new Map<string, number>()
  for (const counts of documents)
    for (const key of counts.keys()) holding.set(key, (holding.get(key) ?? 0) + 1)

  const termScore = (key: string, document: number) => {
    const count = documents[document]?.get(key)
    if (count === undefined) return 0
    const held = holding.get(key) ?? 0
    const rarity = Math.log(1 + (texts.length - held + 0.5) / (held + 0.5))
    return (rarity * count * 2.2) / (count + 1.2 * (0.25 + (0.75 * (lengths[document] ?? 0)) / usualLength))
  }
  return (query) => {
    const keys = countTerms(analyze(query)).map(({ term }) => term.key)
    return best(texts.map((_, document) => keys.reduce((sum, key) => sum + termScore(key, document), 0)))
  }
}

export function dense(texts: readonly string[], dimension: number): Ranker {
  const vectors = texts.map((text) => denseVector(text, dimension, 'passage'))
  return (query) => {
    const asked = denseVector(query, dimension, 'query')
    return best(vectors.map((vector) => vector.reduce((sum, value, i) => sum + value * (asked[i] ?? 0), 0)))
  }
}

export function sparse(texts: readonly string[]): Ranker {
  const vectors = texts.map((text) => {
    const { indices, values } = sparseVector(text, 'passage')
    return new Map(indices.map((index, i) => [index, values[i] ?? 0]))
  })
  return (query) => {
    const { indices, values } = sparseVector(query, 'query')
    return best(
      vectors.map((vector) =>
        indices.reduce((sum, index, i) => sum + (vector.get(index) ?? 0) * (values[i] ?? 0), 0),
      ),
    )
  }
}

/** The first `candidates` of another ranker, ordered anew. */
export function reranked(texts: readonly string[], retrieve: Ranker, candidates: number): Ranker {
  return (query) => {
    const found = retrieve(query).slice(0, candidates)
    const scores = scoreDocuments(
      query,
      found.map((index) => [texts[index] ?? '']),
    )
    return found
      .map((index, i) => ({ index, score: scores[i] ?? 0 }))
      .sort((left, right) => right.score - left.score)
      .map(({ index }) => index)
  }
}
