import { expect, it } from 'vitest'
import { mergeRankings } from './rerank.js'

const ranked = (index: number, score: number) => ({ index, score })

it('is ranked by score, ties in input order, whatever order the parts arrive in', () => {
  const parts = [[ranked(5, 0.9), ranked(4, 0.5)], [ranked(1, 0.5), ranked(0, 0.1)], []]
  const merged = [ranked(5, 0.9), ranked(1, 0.5), ranked(4, 0.5), ranked(0, 0.1)]
  expect(mergeRankings(parts)).toEqual(merged)
  expect(mergeRankings([...parts].reverse())).toEqual(merged)
  expect(mergeRankings(parts, 2)).toEqual(merged.slice(0, 2))
})
