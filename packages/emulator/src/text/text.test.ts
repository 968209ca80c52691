import { describe, expect, it } from 'vitest'
import { analyze, splitWords, termsOfWord } from './terms.js'
import { countTokens, truncateToTokens } from './truncate.js'
import { wordRarity } from './word-rarity.js'

describe('splitWords', () => {
  it('finds words and emoji in order, as written', () => {
    expect(splitWords("Don't stop: keepAlive_timeout=5s 🙂!")).toEqual([
      "Don't",
      'stop',
      'keepAlive',
      'timeout',
      '5s',
      '🙂',
    ])
  })

  it('splits scripts without spaces', () => {
    expect(splitWords('東京都に住んでいます').length).toBeGreaterThan(2)
  })

  it('cuts a run of letters that is longer than any word', () => {
    expect(splitWords('x'.repeat(100)).map((word) => word.length)).toEqual([48, 48, 4])
  })
})

describe('termsOfWord', () => {
  const keys = (word: string) => termsOfWord(word).map(({ key }) => key)

  it('removes case, accents and English endings', () => {
    expect(keys('Connections')).toEqual(keys('connection'))
    expect(keys('Café')).toEqual(keys('cafe'))
    expect(keys("server's")).toEqual(keys('servers'))
  })

  it('finds the parts of a compound besides the whole', () => {
    expect(keys('keepAliveTimeout')).toEqual([
      ...keys('keep'),
      ...keys('alive'),
      ...keys('timeout'),
      'keepalivetimeout',
    ])
    expect(keys('HTTPServer')).toEqual([...keys('http'), ...keys('server'), 'httpserver'])
  })
})

describe('analyze', () => {
  it('is never empty', () => {
    for (const text of ['', '  ', '?!', '🙂']) expect(analyze(text).flat().length).toBeGreaterThan(0)
  })
})

describe('wordRarity', () => {
  it('rises from everyday words to technical ones', () => {
    expect(wordRarity('the')).toBeLessThan(wordRarity('help'))
    expect(wordRarity('help')).toBeLessThan(wordRarity('dispatch'))
  })
})

describe('truncateToTokens', () => {
  it('counts words, pieces of long words, signs and two markers', () => {
    expect(countTokens('')).toBe(2)
    expect(countTokens('two words')).toBe(4)
    expect(countTokens('internationalisation!')).toBe(7)
    expect(countTokens('東京')).toBe(4)
  })

  it('keeps the start or the end, whole tokens only', () => {
    const text = 'one two three four'
    expect(truncateToTokens(text, 4, 'END')).toEqual({ total: 6, tokens: 4, kept: 'one two' })
    expect(truncateToTokens(text, 4, 'START')).toEqual({ total: 6, tokens: 4, kept: ' three four' })
    expect(truncateToTokens(text, 4, 'NONE').kept).toBe(text)
    expect(truncateToTokens(text, 2, 'END').kept).toBe('')
    expect(truncateToTokens(text, 2, 'START').kept).toBe('')
  })
})
