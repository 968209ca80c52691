import { describe, expect, it } from 'vitest'
import { scoreDocuments } from './score-documents.js'

const score = (query: string, ...texts: string[]) =>
  scoreDocuments(
    query,
    texts.map((text) => [text]),
  )
const query = 'limit connections per origin'

describe('scoreDocuments', () => {
  it('is 0 for a document without any word of the query, and rises with the share that it covers', () => {
    const [none = 1, some = 0, most = 0] = score(
      query,
      'red apples',
      'origin of species',
      'connections per origin',
    )
    expect(none).toBe(0)
    expect(some).toBeGreaterThan(0)
    expect(most).toBeGreaterThan(some)
    expect(most).toBeLessThanOrEqual(1)
  })

  it('prefers the words of the query close together', () => {
    const filler = 'lorem ipsum dolor sit amet consectetur adipiscing elit sed do '.repeat(2)
    const [near = 0, far = 1] = score(
      'socket timeout',
      `${filler} socket timeout ${filler}`,
      `${filler} socket ${filler} timeout`,
    )
    expect(near).toBeGreaterThan(far)
  })

  it('prefers rare words to common ones', () => {
    const [rare = 0, common = 1] = score('what is undici', 'undici guide', 'what is this')
    expect(rare).toBeGreaterThan(common)
  })

  it('recognises a misspelt word', () => {
    const [misspelt = 0, other = 1] = score('intercepter', 'the interceptor', 'the intermission')
    expect(misspelt).toBeGreaterThan(other)
  })

  it('counts words of a short field for more', () => {
    const body = 'lorem ipsum dolor sit amet '.repeat(20)
    const [title = 0, text = 1] = scoreDocuments('proxy', [
      ['proxy', body],
      ['other', `${body} proxy`],
    ])
    expect(title).toBeGreaterThan(text)
  })

  it('gives a pair about the same score in any request, so that split requests are comparable', () => {
    const texts = [
      'connections per origin',
      'origin of species',
      'limit the number of connections',
      'red apples',
    ]
    const together = score(query, ...texts)
    const alone = texts.map((text) => score(query, text)[0] ?? 0)
    const order = (scores: readonly number[]) =>
      scores.map((_, i) => i).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
    expect(order(alone)).toEqual(order(together))
    for (const [index, value] of alone.entries())
      expect(Math.abs(value - (together[index] ?? 9))).toBeLessThan(0.1)
  })
})

it('gives a pair the same score whatever else is in the request, as a cross-encoder does', () => {
  const query = 'limit connections per origin'
  const document = ['The pool limits the connections of an origin.']
  const others = [['Soup is hot.'], ['Connections, origins and limits of a pool.'], ['per origin']]
  const [alone] = scoreDocuments(query, [document])
  expect(scoreDocuments(query, [...others, document]).at(-1)).toBe(alone)
})
