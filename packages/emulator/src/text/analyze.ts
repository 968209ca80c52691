import { splitWords } from './split-words.js'
import { type Term, term, termsOfWord } from './term.js'

/**
 * The terms of a text, word by word: the inner list holds one term, or for a compound its parts and then the whole.
 * Never empty: a text without words (blank, signs) stands for itself.
 */
export function analyze(text: string): (readonly Term[])[] {
  const words = splitWords(text).map(termsOfWord)
  return words.length > 0 ? words : [[term(`blank:${text.trim().slice(0, 100)}`)]]
}
