import { expect, it } from 'vitest'
import { readDocs } from './corpus.js'
import { headingAt } from './heading-at.js'
import { labelledQuestions } from './questions.js'
import { rankingMetrics, rankOfFirst } from './ranking-metrics.js'

it('every question is asked once and names files that the docs have', () => {
  const sources = new Set(readDocs().map(({ source }) => source))
  const questions = labelledQuestions.map(({ question }) => question)
  expect(new Set(questions).size).toBe(questions.length)
  expect(questions.length).toBeGreaterThanOrEqual(20)
  for (const { answeredBy } of labelledQuestions) {
    expect(answeredBy.length).toBeGreaterThan(0)
    for (const source of answeredBy) expect(sources).toContain(source)
  }
})

it('counts first results, first fives and reciprocal ranks', () => {
  expect(rankingMetrics([1, 2, 10, undefined])).toEqual({
    hitAt1: 0.25,
    hitAt5: 0.5,
    meanReciprocalRank: (1 + 1 / 2 + 1 / 10) / 4,
  })
})

it('finds the first result from any of the files', () => {
  const results = [{ source: 'a' }, { source: 'b' }, { source: 'c' }]
  expect(rankOfFirst(results, ['c', 'b'])).toBe(2)
  expect(rankOfFirst(results, ['d'])).toBeUndefined()
})

it('names the heading that a line stands under, and takes no comment in code for one', () => {
  const markdown = ['intro', '# One', 'text', '```sh', '# a comment', '```', '## Two'].join('\n')
  expect([1, 2, 6, 7].map((line) => headingAt(markdown, line))).toEqual(['', 'One', 'One', 'Two'])
})
