import { expect, it, vi } from 'vitest'
import { utf8Length } from './utf8.js'

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
