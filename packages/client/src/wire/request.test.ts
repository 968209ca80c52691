import { expect, it, vi } from 'vitest'
import { utf8Length } from './bytes.js'
import { camelCase, snakeCase } from './request.js'

it.each([
  ['ASCII', 'abc', 3],
  ['two bytes a letter', 'äöü', 6],
  ['three bytes a letter', '漢字', 6],
  ['an emoji', '😀', 4],
  ['half an emoji, which is sent as U+FFFD', '\ud83d', 3],
  ['nothing', '', 0],
])('the bytes of a text are counted alike with Node’s Buffer and without: %s', (_, text, bytes) => {
  expect(utf8Length(text)).toBe(bytes)
  vi.stubGlobal('Buffer', undefined)
  const without = utf8Length(text)
  vi.unstubAllGlobals()
  expect(without).toBe(bytes)
})

it('spells a parameter as the API does and back', () => {
  expect(snakeCase('maxTokensPerSequence')).toBe('max_tokens_per_sequence')
  expect(camelCase('max_tokens_per_sequence')).toBe('maxTokensPerSequence')
})

it('keeps a name that is already right', () => {
  expect(snakeCase('input_type')).toBe('input_type')
  expect(camelCase('inputType')).toBe('inputType')
})
