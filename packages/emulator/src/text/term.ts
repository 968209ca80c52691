import { stemmer } from 'stemmer'
import { hash32 } from './hash.js'
import { wordRarity } from './word-rarity.js'

/** A word reduced to what is compared, its key: case, accents and English endings removed. */
export interface Term {
  readonly key: string
  readonly hash: number
  /** See `wordRarity`. */
  readonly rarity: number
  /** Hashes of the character n-grams (3 and 4 characters, with the word's ends marked). */
  readonly grams: readonly number[]
}

const rememberedWords = 50_000
const marks = /\p{M}+/gu
const parts = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}]+|\p{N}+|\p{Extended_Pictographic}/gu

const termsByWord = new Map<string, readonly Term[]>()
const termByKey = new Map<string, Term>()

/**
 * The terms of one written word: its own, and for a compound (`keepAliveTimeout`, `HTTP2`) those of its parts,
 * parts first. Remembered, since texts repeat their words.
 */
export function termsOfWord(word: string): readonly Term[] {
  const known = termsByWord.get(word)
  if (known) return known

  if (termsByWord.size >= rememberedWords) {
    termsByWord.clear()
    termByKey.clear()
  }
  // A copy, so that a remembered word does not keep alive the whole text that it was sliced from.
  const copy = Buffer.from(word, 'utf16le').toString('utf16le')
  const terms = readTerms(copy)
  termsByWord.set(copy, terms)
  return terms
}

function readTerms(word: string): Term[] {
  const plain = word.normalize('NFKD').replace(marks, '')
  const bare = plain.replace(/['’]s$/u, '').replace(/['’]/gu, '')
  const found = bare.match(parts) ?? []
  const whole = bare.toLowerCase()
  if (found.length <= 1) return [term(stem(whole || word))]
  return [...found.map((part) => term(stem(part.toLowerCase()))), term(whole)]
}

function stem(lower: string): string {
  return /^[a-z]+$/.test(lower) ? stemmer(lower) : lower
}

/** The term of a key that is already reduced. */
export function term(key: string): Term {
  let known = termByKey.get(key)
  if (!known) {
    known = { key, hash: hash32(key), rarity: wordRarity(key), grams: grams(key) }
    termByKey.set(key, known)
  }
  return known
}

function grams(key: string): number[] {
  const marked = `^${key}$`
  const found: number[] = []
  for (const size of [3, 4]) {
    for (let start = 0; start + size <= marked.length; start++) {
      found.push(hash32(marked.slice(start, start + size), size))
    }
  }
  return found
}
