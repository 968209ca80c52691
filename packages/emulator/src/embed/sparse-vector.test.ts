import { describe, expect, it } from 'vitest'
import { sparseVector } from './sparse-vector.js'

const weight = (text: string, token: string) => {
  const { tokens, values } = sparseVector(text, 'passage')
  return values[tokens.indexOf(token)] ?? Number.NaN
}

/** A word of five letters for each number below 100,000, none an English one. */
const inLetters = (index: number) =>
  String(index)
    .padStart(5, '0')
    .replace(/\d/g, (digit) => 'bcdfghjkmn'[Number(digit)] ?? '')

describe('sparseVector', () => {
  it('weighs a repeated word more, but less than twice', () => {
    const once = weight('cat dog dog bird', 'cat')
    const twice = weight('cat cat dog bird', 'cat')
    expect(twice).toBeGreaterThan(once)
    expect(twice).toBeLessThan(2 * once)
  })

  it('weighs a word less in a longer passage', () => {
    expect(weight(`cat ${'dog '.repeat(200)}`, 'cat')).toBeLessThan(weight('cat dog', 'cat'))
  })

  it('weighs a rare word of a query more than a common one', () => {
    const { tokens, values } = sparseVector('the dispatcher', 'query')
    expect(values[tokens.indexOf('dispatch')]).toBeGreaterThan(values[tokens.indexOf('the')] ?? 0)
  })

  it('counts a word as one in a text with more words than are cached', () => {
    const words = 50_001
    const many = Array.from({ length: words }, (_, index) => inLetters(index)).join(' ')
    const { tokens, values } = sparseVector(`cat ${many} cat`, 'passage')
    expect(tokens.filter((token) => token === 'cat')).toHaveLength(1)
    expect(values[tokens.indexOf('cat')]).toBe(weight(`cat ${'dog '.repeat(words)} cat`, 'cat'))
  })

  it('counts each repetition of a word in a query, but ever less', () => {
    const weight = (query: string) => sparseVector(query, 'query').values[0] ?? 0
    const [once, twice, often] = [weight('ferry'), weight('ferry ferry'), weight('ferry '.repeat(100))]
    expect(twice / once).toBeCloseTo(1.8)
    expect(often / once).toBeLessThan(9)
  })
})
