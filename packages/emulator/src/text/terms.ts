import { stemmer } from 'stemmer'
import { hash32 } from './hash.js'
import { wordRarity } from './word-rarity.js'

const words = /[\p{L}\p{N}\p{M}]+(?:['’]\p{L}+)*|\p{Extended_Pictographic}/gu
const unspacedScript =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const longestWord = 48

let segmenter: Intl.Segmenter | undefined

/** Words and emoji of a text, in order and as written. Scripts without spaces are split by `Intl.Segmenter`. */
export function splitWords(text: string): string[] {
  const found: string[] = []
  for (const [run] of text.matchAll(words)) {
    if (unspacedScript.test(run)) {
      segmenter ??= new Intl.Segmenter(undefined, { granularity: 'word' })
      for (const { segment } of segmenter.segment(run)) found.push(segment)
    } else {
      for (let start = 0; start < run.length; start += longestWord) {
        found.push(start === 0 && run.length <= longestWord ? run : run.slice(start, start + longestWord))
      }
    }
  }
  return found
}

/** A word reduced to its key, by which it is compared: without case, accents and English endings. */
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
 * The terms of one written word: its own and, for a compound (`keepAliveTimeout`, `HTTP2`), those of its parts, parts
 * first. Cached, because texts repeat their words.
 */
export function termsOfWord(word: string): readonly Term[] {
  const known = termsByWord.get(word)
  if (known) return known

  if (termsByWord.size >= rememberedWords) {
    termsByWord.clear()
    termByKey.clear()
  }
  // A copy, so that a cached word does not keep alive the whole text that it was sliced from.
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

/**
 * The terms of a text, word by word: each inner list holds one term or, for a compound, its parts and then the whole.
 * Never empty: a text without words (blank, or only signs) stands for itself.
 */
export function analyze(text: string): (readonly Term[])[] {
  const words = splitWords(text).map(termsOfWord)
  return words.length > 0 ? words : [[term(`blank:${text.trim().slice(0, 100)}`)]]
}

/** BM25's k3: how soon repetitions of a word in a query stop counting. */
const querySaturation = 8

/** Weight of a word that occurs this many times in a query; 1 for once. */
export function askedRepeatedly(count: number): number {
  return (count * (querySaturation + 1)) / (count + querySaturation)
}

/** How often each term occurs, in order of first occurrence. */
export function countTerms(words: readonly (readonly Term[])[]): { term: Term; count: number }[] {
  const counts = new Map<string, { term: Term; count: number }>()
  for (const terms of words) {
    for (const term of terms) {
      const known = counts.get(term.key)
      if (known) known.count++
      else counts.set(term.key, { term, count: 1 })
    }
  }
  return [...counts.values()]
}
